import type { Metadata } from 'next';
import { LinkButton } from '../../components/page/link-button.tsx';
import { Main } from '../../components/page/main.tsx';
import stack from '../../components/page/stack.module.css';

export const metadata: Metadata = { title: 'Not found' };

export default function OpsNotFound() {
  return (
    <Main>
      <p className={`${stack.dim} ${stack.plain}`}>404</p>
      <h1>There is nothing here</h1>
      <p className={stack.dim}>The address is not right, or what was here is gone.</p>
      <LinkButton href="/ops">Go to the overview</LinkButton>
    </Main>
  );
}
