'use client';

import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type Document, documentsOfOrderQuery, pdfUrl } from '../../api/documents.ts';
import { Card } from '../../page/card.tsx';
import { formatDate } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import classes from './orders.module.css';

const kinds: Record<Document['kind'], string> = { invoice: 'Invoice', receipt: 'Receipt', credit_note: 'Credit note' };

/** The papers of an order, to take home. Nothing while there are none. */
export function Documents({ orderId }: { orderId: string }) {
  const { data } = useQuery(documentsOfOrderQuery(orderId));
  if (!data || data.data.length === 0) return null;
  return (
    <Card id="documents" title="Documents">
      <ul className={classes.list}>
        {data.data.map(({ id, kind, number, issuedAt, total }) => (
          <li key={id} className={classes.row}>
            <div className={classes.words}>
              <span className={classes.name}>
                {kinds[kind]} {number}
              </span>
              <p className={classes.about}>
                {formatDate(issuedAt)} · <MoneyText {...total} />
              </p>
            </div>
            <a
              href={pdfUrl(id)}
              download
              className={classes.pdf}
              aria-label={`Download ${kinds[kind]} ${number} as PDF`}
            >
              <IconDownload size={17} stroke={1.75} aria-hidden /> PDF
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
