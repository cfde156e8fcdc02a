import type { Metadata } from 'next';
import { LinkButton } from '../components/page/link-button.tsx';
import { MessagePage } from '../components/page/message-page.tsx';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <MessagePage code="404" title="There is nothing here" actions={<LinkButton href="/">Go to the start</LinkButton>}>
      The address is not right, or what was here is gone, or it is not yours to see.
    </MessagePage>
  );
}
