'use client';

import { type UseQueryOptions, useQuery } from '@tanstack/react-query';
import type { Document } from '../../api/documents.ts';
import type { Page } from '../../api/shapes.ts';
import { DocumentList } from '../../data/document-list.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import page from '../orders/money-page.module.css';

/** The invoices, receipts and credit notes of an order or a payment. Who opens one is written down by the server. */
export function DocumentsCard<Key extends readonly unknown[]>({
  query,
}: {
  query: UseQueryOptions<Page<Document>, Error, Page<Document>, Key>;
}) {
  const { data, error, refetch } = useQuery(query);
  return (
    <Card id="documents" title="Documents">
      {data ? (
        data.data.length > 0 ? (
          <DocumentList documents={data.data} />
        ) : (
          <p className={page.plain}>None was issued yet.</p>
        )
      ) : error ? (
        <ErrorState what="The documents could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={2} />
      )}
    </Card>
  );
}
