'use client';

import { useQueryClient } from '@tanstack/react-query';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { closeHelp, helpKey } from '../../api/console/help.ts';
import { consoleOverviewKey } from '../../api/console/overview.ts';
import type { HelpRequest } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { useAnnounce } from '../../shell/announcer.tsx';

/** Says how a member was answered; then the request no longer waits. */
export function CloseDialog({
  request,
  onDone,
  onClose,
}: {
  request: HelpRequest;
  onDone: () => void;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const intent = useIntent();
  const announce = useAnnounce();
  return (
    <ReasonDialog
      title={`Close the request of ${request.memberName}`}
      confirm="Close request"
      work={(reason) => intent({ id: request.id, reason }, (key) => closeHelp(request.id, reason, key))}
      onDone={() => {
        void client.invalidateQueries({ queryKey: helpKey });
        void client.invalidateQueries({ queryKey: consoleOverviewKey });
        announce(`Closed: the request of ${request.memberName}`);
        onDone();
      }}
      onClose={onClose}
    >
      Say in a few words how they were answered: “answered by phone”. They are not written to.
    </ReasonDialog>
  );
}
