'use client';

import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

/** What is typed, handed on when the typing rests; follows the URL, but never types over the person. */
export function useTyped(value: string, onRest: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const send = useDebouncedCallback((next: string) => {
    sent.current = next;
    onRest(next);
  }, 300);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  return [
    text,
    (next) => {
      setText(next);
      send(next.trim());
    },
  ];
}
