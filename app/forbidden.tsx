import type { Metadata } from 'next';
import { LinkButton } from '../components/page/link-button.tsx';
import { MessagePage } from '../components/page/message-page.tsx';

export const metadata: Metadata = { title: 'Not allowed' };

export default function Forbidden() {
  return (
    <MessagePage
      code="403"
      title="You may not open this page"
      actions={<LinkButton href="/">Go to the start</LinkButton>}
    >
      Your role does not have the permission for it. If you need it for your work, ask an administrator.
    </MessagePage>
  );
}
