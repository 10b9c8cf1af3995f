"""The statements that read a catalogue: one for each sort of object, none for each object.

Rules they keep:

- The result of a statement is a set of plain rows (text, numbers, booleans, arrays of them); putting
  them together is `assemble`'s part.
- Input is object ids in array parameters only; a name never becomes part of a statement.
- They run with `search_path = pg_catalog` (`SETTINGS` sees to it), so that no object of the database can
  stand in for one of PostgreSQL's, and definitions come out fully qualified.
- What only newer servers have is chosen by version, in `statements_for`.
"""

from __future__ import annotations

from dataclasses import dataclass

_POSTGRES_14 = 140000
_POSTGRES_15 = 150000
_POSTGRES_18 = 180000

# JIT compilation would cost many times what it saves on statements that run once.
SETTINGS = """
SELECT current_setting('server_version_num')::int4 AS server_version,
       set_config('search_path', 'pg_catalog', true),
       set_config('jit', 'off', true)
"""

SCHEMAS = """
SELECT n.oid,
       n.nspname AS name,
       current_user AS role,
       n.nspname LIKE 'pg\\_%' OR n.nspname = 'information_schema' AS is_system,
       has_schema_privilege(n.oid, 'USAGE') AS has_usage,
       obj_description(n.oid, 'pg_namespace') AS comment,
       EXISTS (
           SELECT FROM pg_depend d
           WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e'
       ) AS is_of_extension
FROM pg_namespace n
"""

# What views with security_invoker read, each column of it: whoever uses them needs the rights.
_INVOKED = """
invoked (view, oid, attnum) AS MATERIALIZED (
    SELECT w.ev_class, t.oid, d.refobjsubid::int2
    FROM pg_class v
    JOIN pg_rewrite w ON w.ev_class = v.oid AND w.ev_type = '1'
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
    JOIN pg_class t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p', 'v', 'm', 'f')
    WHERE v.relkind = 'v' AND EXISTS (
        SELECT FROM pg_options_to_table(v.reloptions) o
        WHERE o.option_name = 'security_invoker' AND o.option_value::bool
    )
), written (view, oid) AS MATERIALIZED (
    -- Triggers write by themselves.
    SELECT DISTINCT i.view, i.oid
    FROM invoked i
    WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = i.view AND g.tgtype & 64 <> 0)
)"""

# $1: schemas. 8, 4 and 16 are the bits of INSERT, UPDATE and DELETE in pg_relation_is_updatable.
_RELATIONS = """
WITH RECURSIVE partition (root, oid) AS (
    SELECT i.inhparent, i.inhrelid
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhparent
    WHERE c.relkind = 'p' AND NOT c.relispartition AND c.relnamespace = ANY ($1::oid[])
    UNION ALL
    SELECT p.root, i.inhrelid
    FROM partition p
    JOIN pg_inherits i ON i.inhparent = p.oid
), estimate (oid, row_count) AS (
    SELECT c.oid, CASE WHEN {analysed} THEN c.reltuples END
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'm', 'f')
), leaves (root, row_count) AS (
    SELECT p.root, sum(e.row_count)
    FROM partition p
    JOIN pg_class c ON c.oid = p.oid AND c.relkind <> 'p'
    JOIN estimate e ON e.oid = p.oid
    GROUP BY p.root
), unserved (oid) AS (
    -- A foreign table can be declared without a handler; to ask what it can do, or a view of it, is an error.
    SELECT t.ftrelid
    FROM pg_foreign_table t
    JOIN pg_foreign_server s ON s.oid = t.ftserver
    JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    WHERE w.fdwhandler = 0
    UNION
    SELECT r.ev_class
    FROM unserved u
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = u.oid
    JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
), {invoked}, unreadable (oid) AS (
    SELECT i.view
    FROM invoked i
    WHERE NOT CASE
        WHEN i.attnum > 0 THEN has_column_privilege(i.oid, i.attnum, 'SELECT')
        ELSE has_table_privilege(i.oid, 'SELECT') OR has_any_column_privilege(i.oid, 'SELECT')
    END
    UNION
    SELECT v.oid
    FROM unreadable u
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = u.oid
    JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.ev_type = '1'
    JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
), relation AS MATERIALIZED (
    SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relrowsecurity, c.reloptions,
           CASE
               WHEN c.relkind IN ('r', 'p') THEN 8 | 4 | 16
               WHEN c.relkind = 'm' OR c.oid IN (SELECT u.oid FROM unserved u) THEN 0
               ELSE pg_relation_is_updatable(c.oid, true)
           END AS events
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT c.relispartition
      AND c.relnamespace = ANY ($1::oid[])
      AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
      AND c.oid NOT IN (SELECT u.oid FROM unreadable u)
      AND NOT EXISTS (
          SELECT FROM pg_depend d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
      )
)
SELECT r.oid,
       n.nspname AS schema,
       r.relname AS name,
       r.relkind::text AS kind,
       r.relrowsecurity AS row_security,
       EXISTS (
           SELECT FROM pg_options_to_table(r.reloptions) o
           WHERE o.option_name = 'security_invoker' AND o.option_value::bool
       ) AS security_invoker,
       r.relkind IN ('r', 'f') AND EXISTS (
           SELECT FROM pg_inherits i WHERE i.inhparent = r.oid
       ) AS has_children,
       has_table_privilege(r.oid, 'SELECT') AS selectable,
       r.events & 8 <> 0 AND has_any_column_privilege(r.oid, 'INSERT') AS insertable,
       r.events & 4 <> 0 AND has_any_column_privilege(r.oid, 'UPDATE') AS updatable,
       r.events & 16 <> 0 AND has_table_privilege(r.oid, 'DELETE') AND (
           r.oid NOT IN (SELECT w.view FROM written w)
           OR EXISTS (
               SELECT FROM written w WHERE w.view = r.oid AND has_table_privilege(w.oid, 'DELETE')
           )
       ) AS deletable,
       coalesce(e.row_count, l.row_count)::int8 AS row_estimate,
       d.description AS comment
FROM relation r
JOIN pg_namespace n ON n.oid = r.relnamespace
LEFT JOIN estimate e ON e.oid = r.oid
LEFT JOIN leaves l ON l.root = r.oid
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = r.oid AND d.objsubid = 0
"""

# $1: relations. A grant on the whole relation covers its columns, so that the columns are asked about
# only where there is none.
_COLUMNS = """
WITH RECURSIVE relation AS MATERIALIZED (
    SELECT c.oid, c.relkind IN ('r', 'p') AS guarantees,
           has_table_privilege(c.oid, 'SELECT') AS selectable,
           has_table_privilege(c.oid, 'INSERT') AS insertable,
           has_table_privilege(c.oid, 'UPDATE') AS updatable
    FROM pg_class c
    WHERE c.oid = ANY ($1::oid[])
), descendant (root, oid) AS (
    SELECT i.inhparent, i.inhrelid
    FROM pg_inherits i
    WHERE i.inhparent = ANY ($1::oid[])
    UNION
    SELECT d.root, i.inhrelid
    FROM descendant d
    JOIN pg_inherits i ON i.inhparent = d.oid
), {invoked}, denied (oid) AS MATERIALIZED (
    -- Defaults of serial columns. Identity columns need no right to their sequence.
    SELECT s.objid
    FROM pg_class q
    JOIN pg_depend s ON s.refclassid = 'pg_class'::regclass AND s.refobjid = q.oid
        AND s.classid = 'pg_attrdef'::regclass
    WHERE CASE WHEN q.relkind = 'S' THEN NOT has_sequence_privilege(q.oid, 'USAGE, UPDATE') END
), unvalidated (attrelid, attnum) AS (
    {unvalidated}
), loosened (attrelid, attnum) AS (
    -- Reading a parent reads its children too; a child, or a partition elsewhere, may lack the constraint.
    SELECT DISTINCT p.attrelid, p.attnum
    FROM descendant d
    JOIN pg_class c ON c.oid = d.oid AND (NOT c.relispartition OR c.relkind = 'f')
    JOIN pg_attribute p ON p.attrelid = d.root AND p.attnotnull AND p.attnum > 0
    JOIN pg_attribute a ON a.attrelid = d.oid AND a.attname = p.attname
    LEFT JOIN unvalidated u ON u.attrelid = a.attrelid AND u.attnum = a.attnum
    WHERE c.relkind = 'f' OR NOT a.attnotnull OR u.attnum IS NOT NULL
)
SELECT a.attrelid AS relation,
       a.attname AS name,
       a.attnum AS position,
       a.atttypid AS type,
       cn.nspname AS collation_schema,
       co.collname AS collation_name,
       r.guarantees
           AND a.attnotnull AND u.attnum IS NULL AND l.attnum IS NULL AS not_null,
       r.guarantees AS enforces_domains,
       (a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL)
           AND NOT coalesce(ad.oid IN (SELECT d.oid FROM denied d), false) AS has_default,
       a.attidentity::text AS identity,
       a.attgenerated::text AS generated,
       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(ad.adbin, ad.adrelid) END AS expression,
       r.selectable OR has_column_privilege(r.oid, a.attnum, 'SELECT') AS selectable,
       (r.insertable OR has_column_privilege(r.oid, a.attnum, 'INSERT')) AND {below_insertable} AS insertable,
       (r.updatable OR has_column_privilege(r.oid, a.attnum, 'UPDATE')) AND {below_updatable} AS updatable,
       d.description AS comment
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation AND co.oid <> '"default"'::regcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN unvalidated u ON u.attrelid = a.attrelid AND u.attnum = a.attnum
LEFT JOIN loosened l ON l.attrelid = a.attrelid AND l.attnum = a.attnum
LEFT JOIN pg_description d
       ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
ORDER BY a.attrelid, a.attnum
"""

# Of a column of a view with security_invoker: whether it may be written in what it most likely stands for.
_BELOW = """(
    r.oid NOT IN (SELECT w.view FROM written w)
    OR EXISTS (
        SELECT FROM written w
        LEFT JOIN pg_attribute b ON b.attrelid = w.oid AND b.attname = a.attname AND b.attnum > 0
        WHERE w.view = r.oid AND CASE
            WHEN b.attnum IS NULL THEN has_table_privilege(w.oid, '{privilege}')
            ELSE has_column_privilege(w.oid, b.attnum, '{privilege}')
        END
    )
)"""

# $1: relations. A key is a B-tree: the index of a temporal key (WITHOUT OVERLAPS) is none, and such a key
# does not say that its columns identify a row.
_INDEXES = """
SELECT i.indrelid AS relation,
       c.relname AS name,
       (i.indkey::int2[])[0:i.indnkeyatts - 1] AS columns,
       i.indoption::int2[] AS sortings,
       m.amname AS method,
       i.indisunique AS is_unique,
       i.indisprimary AS is_primary,
       i.indisunique AND i.indisready AND i.indpred IS NULL AND i.indexprs IS NULL
           AND m.amname = 'btree' AS is_key,
       {nulls_distinct} AS nulls_distinct,
       i.indimmediate AS is_immediate,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       pg_get_indexdef(i.indexrelid) AS definition,
       coalesce(dk.description, di.description) AS comment
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
LEFT JOIN pg_description dk ON dk.classoid = 'pg_constraint'::regclass AND dk.objoid = k.oid
LEFT JOIN pg_description di
       ON di.classoid = 'pg_class'::regclass AND di.objoid = i.indexrelid AND di.objsubid = 0
WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid AND i.indislive
"""

# $1: relations. PostgreSQL keeps a row for each partition's share of a key too: partitions are not in $1.
_FOREIGN_KEYS = """
SELECT k.conrelid AS relation,
       k.conname AS name,
       k.conkey AS columns,
       k.confrelid AS target,
       k.confkey AS target_columns,
       k.convalidated AND {enforced} AS is_enforced,
       k.condeferrable AS is_deferrable,
       d.description AS comment
FROM pg_constraint k
LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
WHERE k.contype = 'f' AND NOT {temporal}
  AND k.conrelid = ANY ($1::oid[]) AND k.confrelid = ANY ($1::oid[])
"""

# $1: relations. What limits their rows and is neither key nor reference: CHECK, EXCLUDE, named NOT NULL.
RULES = """
SELECT k.conrelid AS relation,
       k.conname AS name,
       k.conkey AS columns,
       d.description AS comment
FROM pg_constraint k
LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
WHERE k.contype IN ('c', 'x', 'n') AND k.conrelid = ANY ($1::oid[])
"""

# $1: schemas. Left out are functions of extensions, constructors that came with a range type, and those
# with pseudo-types other than the results void and record: trigger functions, handlers, functions for
# internal use, polymorphic functions.
_FUNCTIONS = """
SELECT n.nspname AS schema,
       p.proname AS name,
       coalesce(p.proallargtypes, p.proargtypes::oid[]) AS argument_types,
       p.proargmodes::text[] AS argument_modes,
       p.proargnames AS argument_names,
       p.pronargdefaults AS defaults,
       p.prorettype AS returns,
       p.proretset AS returns_set,
       p.provolatile::text AS volatility,
       p.proisstrict AS strict,
       d.description AS comment
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_type r ON r.oid = p.prorettype AND (r.typtype <> 'p' OR r.typname IN ('void', 'record'))
LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid
WHERE p.prokind = 'f'
  AND p.pronamespace = ANY ($1::oid[])
  AND has_function_privilege(p.oid, 'EXECUTE')
  AND NOT EXISTS (
      SELECT FROM pg_depend e
      WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i')
  )
  AND NOT EXISTS (
      SELECT FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) AS argument (oid)
      JOIN pg_type t ON t.oid = argument.oid
      WHERE t.typtype = 'p'
  )
"""

# $1: types. Answers them and every type that they are made of. `sorts` and `hashes`: whether a default
# operator class names the type itself, or one that it is binary-coercible to (varchar to text).
_TYPES = """
WITH RECURSIVE reachable (oid) AS (
    SELECT unnest($1::oid[])
    UNION
    SELECT part.oid
    FROM reachable
    JOIN pg_type t ON t.oid = reachable.oid
    CROSS JOIN LATERAL (
        SELECT t.typelem WHERE t.typinput = 'array_in'::regproc
        UNION ALL
        SELECT t.typbasetype WHERE t.typtype = 'd'
        UNION ALL
        SELECT a.atttypid
        FROM pg_attribute a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT g.rngsubtype FROM pg_range g WHERE {range_of_type}
    ) AS part (oid)
), compared (oid, method) AS (
    SELECT o.opcintype, m.amname
    FROM pg_opclass o
    JOIN pg_am m ON m.oid = o.opcmethod
    WHERE o.opcdefault AND m.amname IN ('btree', 'hash')
), comparable (oid, method) AS (
    SELECT oid, method FROM compared
    UNION
    SELECT c.castsource, compared.method
    FROM pg_cast c
    JOIN compared ON compared.oid = c.casttarget
    WHERE c.castmethod = 'b' AND c.castcontext = 'i'
)
SELECT t.oid,
       n.nspname AS schema,
       t.typname AS name,
       t.typtype::text AS sort,
       t.typinput = 'array_in'::regproc AS is_array,
       t.typelem AS element,
       t.typbasetype AS base,
       g.rngsubtype AS subtype,
       t.typrelid AS relation,
       t.typnotnull AS not_null,
       t.oid IN (SELECT c.oid FROM comparable c WHERE c.method = 'btree') AS sorts,
       t.oid IN (SELECT c.oid FROM comparable c WHERE c.method = 'hash') AS hashes,
       CASE WHEN t.typtype = 'e' THEN ARRAY (
           SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder
       ) END AS labels,
       d.description AS comment
FROM reachable
JOIN pg_type t ON t.oid = reachable.oid
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_range g ON {range_of_type}
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid
"""

# $1: the relations behind composite types; those of tables tell as much as the role may read. Comments on
# columns of tables are for columns.
ATTRIBUTES = """
SELECT a.attrelid AS relation,
       a.attname AS name,
       a.atttypid AS type,
       c.relkind = 'c' OR has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS selectable,
       d.description AS comment
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_description d
       ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
       AND c.relkind = 'c'
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements whose text depends on the version of the server."""

    relations: str
    columns: str
    indexes: str
    foreign_keys: str
    functions: str
    types: str


def statements_for(server_version: int) -> Statements:
    """The statements that a server understands.

    Args:
        server_version: `server_version_num`, such as 180003; 13 and later are known.
    """
    # Before 14 there was no way to tell "never analysed" from "empty".
    analysed = "c.reltuples >= 0" if server_version >= _POSTGRES_14 else "c.relpages > 0"
    range_of_type = (
        "t.oid IN (g.rngtypid, g.rngmultitypid)" if server_version >= _POSTGRES_14 else "t.oid = g.rngtypid"
    )
    nulls_distinct = "NOT i.indnullsnotdistinct" if server_version >= _POSTGRES_15 else "true"
    # Since 18 NOT NULL is a constraint, which can be NOT VALID while pg_attribute.attnotnull says true.
    unvalidated = (
        "SELECT k.conrelid, k.conkey[1] FROM pg_constraint k WHERE k.contype = 'n' AND NOT k.convalidated"
        if server_version >= _POSTGRES_18
        else "SELECT 0::oid, 0::int2 WHERE false"
    )
    enforced, temporal = (
        ("k.conenforced", "k.conperiod") if server_version >= _POSTGRES_18 else ("true", "false")
    )
    return Statements(
        relations=_RELATIONS.format(analysed=analysed, invoked=_INVOKED),
        columns=_COLUMNS.format(
            unvalidated=unvalidated,
            invoked=_INVOKED,
            below_insertable=_BELOW.format(privilege="INSERT"),
            below_updatable=_BELOW.format(privilege="UPDATE"),
        ),
        indexes=_INDEXES.format(nulls_distinct=nulls_distinct),
        foreign_keys=_FOREIGN_KEYS.format(enforced=enforced, temporal=temporal),
        functions=_FUNCTIONS,
        types=_TYPES.format(range_of_type=range_of_type),
    )
