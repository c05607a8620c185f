-- One row per person of our team and tool that knows them.
select
    _system as system,
    person_id,
    full_name,
    email,
    person_name(_system, manager) as manager
from newest('accepted.team')
