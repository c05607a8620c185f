-- One row per holiday of the workspace, on which support does not work.
select unnest(getvariable('holidays'))::date as holiday_on
