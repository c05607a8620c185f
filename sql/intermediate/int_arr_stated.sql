-- One row per account, day stated for and day of knowledge: ARR in the reporting currency, grace included.
select *
from
    arr_of(
        'intermediate.int_arr_points_listed',
        'intermediate.int_contracts_followed',
        'intermediate.int_account_weeks_described',
        'intermediate.int_rates_filled'
    )
