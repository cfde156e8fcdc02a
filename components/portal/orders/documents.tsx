'use client';

import { useQuery } from '@tanstack/react-query';
import { documentsOfOrderQuery } from '../../api/documents.ts';
import { DocumentList } from '../../data/document-list.tsx';
import { Card } from '../../page/card.tsx';

/** The papers of an order, to take home. Nothing while there are none. */
export function Documents({ orderId }: { orderId: string }) {
  const { data } = useQuery(documentsOfOrderQuery(orderId));
  if (!data || data.data.length === 0) return null;
  return (
    <Card id="documents" title="Documents">
      <DocumentList documents={data.data} />
    </Card>
  );
}
