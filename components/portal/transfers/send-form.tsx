'use client';

import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Account, accountKeys } from '../../api/accounts.ts';
import { useIntent } from '../../api/intent.ts';
import { isStatus } from '../../api/problem.ts';
import { type Recipient, recipientQuery, send, type TransferInput, transferKeys } from '../../api/transfers.ts';
import * as rules from '../../forms/field-rules.ts';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Failure } from '../../page/failure.tsx';
import stack from '../../page/stack.module.css';
import { amountProblem, parseAmount } from '../../values/amount.ts';
import { formatMoney } from '../../values/format.ts';
import { accountNumberOf } from './account-number.ts';
import { type Asked, ConfirmSend } from './confirm-send.tsx';
import classes from './transfers.module.css';

const typingMs = 300;

/** Whom, how much, and a note; then the question whether it is really meant. */
export function SendForm({ account }: { account: Account }) {
  const client = useQueryClient();
  const router = useRouter();
  const intent = useIntent();
  const [asked, setAsked] = useState<Asked | null>(null);
  const available = account.available ?? account.balance;
  const { form, submit } = useValidatedForm({
    initialValues: { number: '', amount: '', note: '' },
    validate: {
      number: (text: string) => numberProblem(text, account),
      amount: (text: string) =>
        amountProblem(text, { amount: available.amount, words: formatMoney(available.amount, available.currency) }),
    },
  });

  const looking = useMutation({
    mutationFn: (number: string) => client.fetchQuery(recipientQuery(number)),
    onSuccess: (recipient, number) => {
      const { amount, note } = form.getValues();
      if (recipient.currency !== account.currency) {
        form.setFieldError('number', `That account is in ${recipient.currency}, yours in ${account.currency}`);
        return;
      }
      setAsked({ input: inputOf(account, recipient, amount, note), holder: recipient.holder, number });
    },
    onError: (error) => {
      if (isStatus(error, 404)) form.setFieldError('number', 'There is no open account with this number');
    },
  });
  const sending = useMutation({
    mutationFn: (input: TransferInput) => intent(input, (key) => send(input, key)),
    onSuccess: (transfer) => {
      client.setQueryData(transferKeys.one(transfer.id), transfer);
      router.push(`/transfers/${transfer.id}`);
    },
    // It may not be as one was shown: somebody else's device, or a fee.
    onError: () => client.invalidateQueries({ queryKey: accountKeys.all }),
  });

  return (
    <>
      <form
        noValidate
        aria-label="Send money"
        onSubmit={submit(({ number }) => {
          const whole = accountNumberOf(number);
          if (whole !== null && !looking.isPending) looking.mutate(whole);
        })}
      >
        <div className={stack.fields}>
          <div>
            <TextInput
              label="To account"
              description={`The number of the other member’s account, such as A-000123. Yours is ${account.number}.`}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              {...form.getInputProps('number')}
            />
            <Holder text={form.values.number} own={account.number} />
          </div>
          <TextInput
            label="Amount in euros"
            description={`${formatMoney(available.amount, available.currency)} is available.`}
            inputMode="decimal"
            autoComplete="off"
            placeholder="0.00"
            {...form.getInputProps('amount')}
          />
          <TextInput
            label="Note (optional)"
            description="Both of you see it."
            maxLength={140}
            autoComplete="off"
            {...form.getInputProps('note')}
          />
          {looking.isError && !isStatus(looking.error, 404) ? (
            <Failure title="The account could not be looked up" error={looking.error} />
          ) : null}
          <div className={stack.actions}>
            <Button type="submit" loading={looking.isPending}>
              Continue
            </Button>
          </div>
        </div>
      </form>
      {asked ? (
        <ConfirmSend
          asked={asked}
          left={available.amount - asked.input.amount}
          busy={sending.isPending || sending.isSuccess}
          error={sending.error}
          onSend={() => sending.mutate(asked.input)}
          onClose={() => {
            setAsked(null);
            sending.reset();
          }}
        />
      ) : null}
    </>
  );
}

const required = rules.required('Enter an account number');

function numberProblem(text: string, own: Account): string | null {
  const number = accountNumberOf(text);
  if (number === null) return required(text) ?? 'Enter a number such as A-000123';
  return number === own.number ? 'This is your own account' : null;
}

const inputOf = (from: Account, to: Recipient, amount: string, note: string): TransferInput => ({
  fromAccountId: from.id,
  toAccountId: to.accountId,
  amount: parseAmount(amount) ?? 0,
  currency: from.currency,
  ...(note.trim() === '' ? {} : { note: note.trim() }),
});

/** Whose account it is, as soon as its number is typed. */
function Holder({ text, own }: { text: string; own: string }) {
  const [typed] = useDebouncedValue(text, typingMs);
  const number = accountNumberOf(typed);
  const isWhole = number !== null && number !== own && typed === text && /\d{6}/.test(typed.replace(/\s/g, ''));
  const recipient = useQuery({ ...recipientQuery(number ?? ''), enabled: isWhole });
  return (
    <p className={classes.recipient} role="status">
      {isWhole && recipient.data ? (
        <>
          <IconCircleCheck size={18} stroke={1.75} aria-hidden /> {recipient.data.holder}
        </>
      ) : isWhole && isStatus(recipient.error, 404) ? (
        <span className={stack.dim}>There is no open account with this number.</span>
      ) : null}
    </p>
  );
}
