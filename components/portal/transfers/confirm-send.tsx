import { Button } from '@mantine/core';
import type { TransferInput } from '../../api/transfers.ts';
import { Dialog } from '../../page/dialog.tsx';
import { Failure } from '../../page/failure.tsx';
import stack from '../../page/stack.module.css';
import { formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { MoneyText } from '../../values/money-text.tsx';

/** What is about to be sent, once the recipient is known. */
export interface Asked {
  input: TransferInput;
  holder: string;
  number: string;
}

/** The last question before money leaves. `left`: what is available afterwards, minor units. */
export function ConfirmSend({
  asked,
  left,
  busy,
  error,
  onSend,
  onClose,
}: {
  asked: Asked;
  left: number;
  busy: boolean;
  error: Error | null;
  onSend: () => void;
  onClose: () => void;
}) {
  const { input, holder, number } = asked;
  const money = formatMoney(input.amount, input.currency);
  return (
    <Dialog title={`Send ${money} to ${holder}`} size="sm" onClose={busy ? () => {} : onClose}>
      <div className={stack.fields}>
        <KeyValueList
          empty="None"
          items={[
            { label: 'To', value: `${holder} · ${number}` },
            { label: 'Note', value: input.note ?? null },
            { label: 'Left afterwards', value: <MoneyText amount={left} currency={input.currency} /> },
          ]}
        />
        {error ? <Failure title="Nothing was sent" error={error} once="transfer" /> : null}
      </div>
      <div className={`${stack.actions} ${stack.end}`}>
        <Button variant="default" onClick={onClose} disabled={busy}>
          Cancel
        </Button>
        <Button loading={busy} onClick={onSend} data-autofocus>
          Send {money}
        </Button>
      </div>
    </Dialog>
  );
}
