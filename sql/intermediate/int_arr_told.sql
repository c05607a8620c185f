-- One row per account and month end that a later load corrected: its ARR as it was told, from the contracts as loaded.
select *
from
    arr_of(
        'intermediate.int_arr_points_told',
        'intermediate.int_contracts_as_loaded',
        'intermediate.int_account_weeks_described',
        'intermediate.int_rates_filled'
    )
