-- One row per period, measure and dimension of the company's plan.
select
    period,
    measure,
    dimension,
    value
from newest('accepted.targets')
