import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { exportUrl } from '../api/members.ts';
import { Card } from '../page/card.tsx';
import stack from '../page/stack.module.css';

/** Everything we hold about the member, as a file. */
export function DataDownload() {
  return (
    <Card id="data" title="Your data">
      <p className={`${stack.plain} ${stack.dim}`}>
        Everything that we hold about you, in one file: profile, membership, what happened, and where you signed in.
      </p>
      <Button
        component="a"
        href={exportUrl}
        download="guildhall-my-data.json"
        variant="default"
        mt={16}
        leftSection={<IconDownload size={18} stroke={1.75} aria-hidden />}
      >
        Download my data
      </Button>
    </Card>
  );
}
