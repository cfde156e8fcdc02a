'use client';

import { PageHeader } from '../page/page-header.tsx';
import stack from '../page/stack.module.css';
import { Apps } from './apps.tsx';
import { DataDownload } from './data-download.tsx';
import { Devices } from './devices.tsx';
import { PasswordCard } from './password-card.tsx';

/** Password, devices, and (for members) the data that we hold. */
export function Security({ isMember }: { isMember: boolean }) {
  return (
    <>
      <PageHeader title="Security" lead="Who can get in, and what we hold." />
      <div className={stack.stack}>
        <PasswordCard />
        <Devices />
        <Apps />
        {isMember ? <DataDownload /> : null}
      </div>
    </>
  );
}
