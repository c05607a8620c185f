-- One row per account and limit: the newest measure by as_of.
select
    account_id,
    "limit",
    measured_on,
    allowed,
    used
from staging.stg_limits
qualify row_number() over (partition by account_id, "limit" order by measured_on desc) = 1
