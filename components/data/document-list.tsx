import { IconDownload } from '@tabler/icons-react';
import { type Document, pdfUrl } from '../api/documents.ts';
import { formatDate } from '../values/format.ts';
import { MoneyText } from '../values/money-text.tsx';
import classes from './document-list.module.css';
import { Row, RowList } from './row-list.tsx';

const kinds: Record<Document['kind'], string> = { invoice: 'Invoice', receipt: 'Receipt', credit_note: 'Credit note' };

/** Invoices, receipts and credit notes, each to take home as PDF. */
export function DocumentList({ documents }: { documents: readonly Document[] }) {
  return (
    <RowList>
      {documents.map(({ id, kind, number, issuedAt, total }) => (
        <Row
          key={id}
          name={
            <>
              {kinds[kind]} <span className={classes.number}>{number}</span>
            </>
          }
          about={
            <>
              {formatDate(issuedAt)} · <MoneyText {...total} />
            </>
          }
          end={
            <a
              href={pdfUrl(id)}
              download
              className={classes.pdf}
              aria-label={`Download ${kinds[kind]} ${number} as PDF`}
            >
              <IconDownload size={16} stroke={1.75} aria-hidden /> PDF
            </a>
          }
        />
      ))}
    </RowList>
  );
}
