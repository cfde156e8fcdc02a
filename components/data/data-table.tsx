'use client';

import { Button, Checkbox, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconSelector } from '@tabler/icons-react';
import { type MouseEvent, type ReactNode, useId, useRef } from 'react';
import { ErrorState } from '../page/error-state.tsx';
import { HiddenText } from '../page/hidden-text.tsx';
import { Skeleton } from '../page/skeleton.tsx';
import { ShortcutHelp } from '../shell/shortcut-help.tsx';
import classes from './data-table.module.css';
import { useRowKeys } from './row-keys.ts';

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'end';
  /** Words, not figures: no tabular figures. */
  text?: boolean;
  /** Any CSS width. */
  width?: string;
  /** The name that the API sorts by; a leading minus is added for descending. */
  sort?: string;
  /** Left out below this width of the table. */
  hideBelow?: 'sm' | 'md' | 'lg';
}

export interface Selection {
  ids: ReadonlySet<string>;
  onChange: (ids: ReadonlySet<string>) => void;
  /** What can be done with what is selected. */
  actions: ReactNode;
}

export interface DataTableProps<Row> {
  /** Names the table. */
  caption: string;
  columns: readonly Column<Row>[];
  /** undefined while the first page loads. */
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  /** What a row is called: "Open M-004211", "Select M-004211". */
  rowLabel: (row: Row) => string;
  onOpen?: (row: Row) => void;
  openId?: string | null;
  error?: unknown;
  onRetry?: () => void;
  /** `joined` or `-joined`. */
  sort?: string;
  onSort?: (sort: string) => void;
  selection?: Selection;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
  /** An EmptyState. */
  empty: ReactNode;
  /** Rows drawn grey while the first page loads: about as many as will come, so that nothing below jumps. */
  expect?: number;
  /** Shown dimmed while a new filter is being answered. */
  refreshing?: boolean;
}

/** The console's list: j and k move, Enter opens, x selects, ? shows the keys. Keyset paging by "Show more". */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, rowId, rowLabel, onOpen, openId, selection } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const captionId = useId();
  const toggle = (id: string) => {
    if (!selection) return;
    const next = new Set(selection.ids);
    if (!next.delete(id)) next.add(id);
    selection.onChange(next);
  };
  const keys = useRowKeys(body, {
    onOpen: (id) => {
      const row = rows?.find((candidate) => rowId(candidate) === id);
      if (row) onOpen?.(row);
    },
    onToggle: toggle,
  });

  if (props.error && !rows) {
    return (
      <ErrorState
        what={`${caption} could not be loaded`}
        error={props.error}
        {...(props.onRetry ? { onRetry: props.onRetry } : {})}
      />
    );
  }
  if (rows?.length === 0) return <div className={classes.empty}>{props.empty}</div>;
  const selected = selection?.ids.size ?? 0;
  const span = columns.length + (selection ? 1 : 0);
  return (
    <div className={classes.frame} data-refreshing={props.refreshing}>
      {selection ? (
        <div className={classes.bulk} data-open={selected > 0} role="status">
          {selected > 0 ? (
            <>
              <span>{selected} selected</span>
              {selection.actions}
              <UnstyledButton className={classes.clear} onClick={() => selection.onChange(new Set())}>
                Clear selection
              </UnstyledButton>
            </>
          ) : null}
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls by itself; focus lets the keyboard scroll it. */}
      <section className={classes.scroll} aria-labelledby={captionId} tabIndex={0}>
        <table className={classes.table} aria-busy={!rows}>
          <caption id={captionId}>
            <HiddenText>{caption}</HiddenText>
          </caption>
          <thead>
            <tr>
              {selection ? <SelectAll rows={rows ?? []} rowId={rowId} selection={selection} /> : null}
              {columns.map((column) => (
                <Head key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows
              ? rows.map((row) => {
                  const id = rowId(row);
                  return (
                    <tr
                      key={id}
                      data-row={id}
                      data-open={openId === id}
                      data-selected={selection?.ids.has(id)}
                      data-opens={onOpen !== undefined}
                      {...keys.rowProps(id, rows[0] !== undefined && rowId(rows[0]) === id)}
                      onClick={(event) => {
                        if (onOpen && !startedOnControl(event)) onOpen(row);
                      }}
                    >
                      {selection ? (
                        <td className={classes.check}>
                          <Checkbox
                            size="xs"
                            aria-label={`Select ${rowLabel(row)}`}
                            checked={selection.ids.has(id)}
                            onChange={() => toggle(id)}
                          />
                        </td>
                      ) : null}
                      {columns.map((column, index) => (
                        <td
                          key={column.id}
                          data-align={column.align}
                          data-text={column.text}
                          data-hide={column.hideBelow}
                        >
                          {index === 0 && onOpen ? (
                            <UnstyledButton
                              className={classes.open}
                              onClick={() => onOpen(row)}
                              aria-label={`Open ${rowLabel(row)}`}
                            >
                              {column.cell(row)}
                            </UnstyledButton>
                          ) : (
                            column.cell(row)
                          )}
                        </td>
                      ))}
                    </tr>
                  );
                })
              : Array.from({ length: props.expect ?? 8 }, (_, row) => row).map((row) => (
                  <tr key={row}>
                    {Array.from({ length: span }, (_, cell) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: cells that are all alike.
                      <td key={cell}>
                        <Skeleton height={12} my={4} width={`${45 + ((row * 7 + cell * 13) % 40)}%`} />
                      </td>
                    ))}
                  </tr>
                ))}
          </tbody>
        </table>
      </section>
      <div className={classes.foot}>
        {props.hasMore && props.onMore ? (
          <Button variant="default" loading={props.loadingMore ?? false} onClick={props.onMore}>
            Show more
          </Button>
        ) : rows ? (
          <span>{rows.length === 1 ? '1 row' : `${rows.length} rows`}, end of the list</span>
        ) : null}
        <ShortcutHelp
          title="Keys in this list"
          shortcuts={[
            { keys: ['j'], does: 'Next row' },
            { keys: ['k'], does: 'Previous row' },
            ...(onOpen ? [{ keys: ['Enter'], does: 'Open the row' }] : []),
            ...(selection ? [{ keys: ['x'], does: 'Select the row' }] : []),
            { keys: ['/'], does: 'Search' },
            { keys: ['?'], does: 'Show these keys' },
          ]}
        />
      </div>
    </div>
  );
}

const startedOnControl = (event: MouseEvent) =>
  event.target instanceof Element && event.target.closest('a, button, input, label') !== null;

function SelectAll<Row>({
  rows,
  rowId,
  selection,
}: {
  rows: readonly Row[];
  rowId: (row: Row) => string;
  selection: Selection;
}) {
  const all = rows.length > 0 && rows.every((row) => selection.ids.has(rowId(row)));
  return (
    <th scope="col" className={classes.check}>
      <Checkbox
        size="xs"
        aria-label="Select all rows shown"
        checked={all}
        indeterminate={!all && selection.ids.size > 0}
        onChange={() => selection.onChange(all ? new Set() : new Set(rows.map(rowId)))}
      />
    </th>
  );
}

function Head<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}) {
  const name = column.sort;
  const direction = name === undefined ? null : sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : null;
  const Icon = direction === 'ascending' ? IconArrowUp : direction === 'descending' ? IconArrowDown : IconSelector;
  return (
    <th
      scope="col"
      data-align={column.align}
      data-hide={column.hideBelow}
      aria-sort={name === undefined ? undefined : (direction ?? 'none')}
      style={column.width ? { width: column.width } : undefined}
    >
      {name !== undefined && onSort ? (
        <UnstyledButton className={classes.sort} onClick={() => onSort(direction === 'ascending' ? `-${name}` : name)}>
          {column.header}
          <Icon size={13} aria-hidden opacity={direction ? 1 : 0.45} />
        </UnstyledButton>
      ) : (
        column.header
      )}
    </th>
  );
}
