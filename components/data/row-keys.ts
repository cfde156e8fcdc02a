'use client';

import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const isDialogOpen = () => document.querySelector('dialog[open], [role="dialog"]') !== null;

/**
 * j and k walk the rows of `body` (each with `data-row`), Enter opens, x selects, / goes to the search field. One row is
 * in the tab order: the last one visited, at first the top one.
 */
export function useRowKeys(
  body: RefObject<HTMLElement | null>,
  handlers: { onOpen: (id: string) => void; onToggle: (id: string) => void },
) {
  const [current, setCurrent] = useState<string | null>(null);
  const latest = useRef({ current, handlers });
  useEffect(() => {
    latest.current = { current, handlers };
  });

  useEffect(() => {
    const rowsNow = () => [...(body.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const move = (by: number) => {
      const rows = rowsNow();
      const at = rows.findIndex((row) => row.dataset.row === latest.current.current);
      const next = rows[at === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
      next?.focus();
      next?.scrollIntoView({ block: 'nearest' });
    };
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || isDialogOpen()) return;
      if (event.key === 'j') move(1);
      else if (event.key === 'k') move(-1);
      else if (event.key === 'x' && latest.current.current) latest.current.handlers.onToggle(latest.current.current);
      else if (event.key === '/') document.querySelector<HTMLElement>('[data-search]')?.focus();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [body]);

  return {
    rowProps: (id: string, isFirst: boolean) => ({
      tabIndex: current === id || (current === null && isFirst) ? 0 : -1,
      onFocus: (_event: FocusEvent) => setCurrent(id),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
        event.preventDefault();
        handlers.onOpen(id);
      },
    }),
  };
}
