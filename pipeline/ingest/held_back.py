"""What a run held back because an export would replace more than twice as much as it brings."""

from pipeline.warehouse import Warehouse


def held_back(warehouse: Warehouse) -> tuple[str, ...]:
    """A sentence for each file of which something was held back because it would replace more than twice as much."""
    rows = warehouse.frame(
        """
        select table_name, held.system, path, count(*) as count, sum(was_count)::bigint as was_count,
            sum(is_count)::bigint as is_count, count(used_on) > 0 as is_usage
        from meta.held_back as held left join meta.files using (file_id)
        group by all order by path, table_name
        """
    )
    return tuple(_sentence(row) for row in rows.to_dicts())


def _sentence(row: dict[str, object]) -> str:
    if row["is_usage"]:
        return (
            f"{row['path']}: {row['count']} account-days of usage come with {row['is_count']} events where "
            f"{row['was_count']} stood; less than half is held back, and the earlier export stands"
        )
    return (
        f"{row['path']}: of {row['was_count']} {row['table_name']} only {row['is_count']} are left in an export that "
        "should hold all; none was deleted"
    )
