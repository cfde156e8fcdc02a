'use client';

import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter, useSearchParams } from 'next/navigation';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { holdPage } from '../../api/cover.ts';
import { useIntent } from '../../api/intent.ts';
import {
  type ApplicationInput,
  applyForLoan,
  type LoanProduct,
  loanKeys,
  loanProductsQuery,
  loanQuotesQuery,
} from '../../api/loans.ts';
import { TextArea } from '../../forms/text-area.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Failure } from '../../page/failure.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { FormSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { parseAmount } from '../../values/amount.ts';
import { formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { Calculator, type Wish, wishFor } from './calculator.tsx';
import classes from './loans.module.css';
import { rateText, termText } from './words.ts';

const steps = ['What you need', 'Your situation', 'Check and send'];

/** The application: what, then the questions, then everything once more before it is sent. */
export function Apply() {
  const products = useQuery(loanProductsQuery());
  return (
    <>
      <PageHeader title="Apply for a loan" above={<Link href="/loans">Loans</Link>} />
      {products.isError ? (
        <ErrorState
          what="The offers could not be loaded"
          error={products.error}
          onRetry={() => void products.refetch()}
        />
      ) : products.data?.data[0] ? (
        <Steps products={products.data.data} first={products.data.data[0]} />
      ) : (
        <Card id="step">
          <FormSkeleton fields={4} />
        </Card>
      )}
    </>
  );
}

type Question = LoanProduct['questions'][number];
type Typed = Record<string, string>;

function Steps({ products, first }: { products: LoanProduct[]; first: LoanProduct }) {
  const address = useSearchParams();
  const [wish, setWish] = useState<Wish>(() => {
    const product = products.find(({ code }) => code === address.get('product')) ?? first;
    const amount = Number(address.get('amount') ?? Number.NaN);
    return wishFor(product, Number.isInteger(amount) ? amount : undefined, Number(address.get('term')));
  });
  const [step, setStep] = useState(0);
  const [typed, setTyped] = useState<Typed>({});
  const answered = Object.values(typed).some((text) => text !== '');
  useEffect(() => (answered ? holdPage() : undefined), [answered]);
  const heading = useRef<HTMLOListElement>(null);
  const moved = useRef(false);
  // The step's name is read and the page begins at its top; not when the page is opened.
  useEffect(() => {
    if (moved.current) heading.current?.focus();
    moved.current = step >= 0;
  }, [step]);
  return (
    <>
      <ol className={classes.steps} ref={heading} tabIndex={-1} aria-label={`Step ${step + 1} of ${steps.length}`}>
        {steps.map((name, index) => (
          <li key={name} aria-current={index === step ? 'step' : undefined}>
            {name}
          </li>
        ))}
      </ol>
      <Card id="step" title={steps[step] ?? ''}>
        {step === 0 ? (
          <form
            aria-label="What you need"
            onSubmit={(event: FormEvent) => {
              event.preventDefault();
              setStep(1);
            }}
          >
            <Calculator products={products} wish={wish} onChange={setWish} />
            <div className={`${stack.actions} ${stack.end}`}>
              <Button type="submit">Go on</Button>
            </div>
          </form>
        ) : step === 1 ? (
          <Questions
            questions={wish.product.questions}
            typed={typed}
            onBack={(now) => {
              setTyped(now);
              setStep(0);
            }}
            onDone={(now) => {
              setTyped(now);
              setStep(2);
            }}
          />
        ) : (
          <Check wish={wish} typed={typed} onBack={() => setStep(1)} />
        )}
      </Card>
    </>
  );
}

function problemOf(question: Question, text: string): string | null {
  if (text.trim() === '') return question.required ? 'Answer this, with 0 if there is none' : null;
  if (question.kind === 'money' && parseAmount(text) === null) return 'Enter an amount, such as 1,250.00';
  if (question.kind === 'number' && !/^\d{1,2}$/.test(text.trim())) return 'Enter a whole number';
  return null;
}

function Questions({
  questions,
  typed,
  onBack,
  onDone,
}: {
  questions: Question[];
  typed: Typed;
  onBack: (typed: Typed) => void;
  onDone: (typed: Typed) => void;
}) {
  const { form, submit } = useValidatedForm<Typed>({
    initialValues: Object.fromEntries(questions.map(({ id }) => [id, typed[id] ?? ''])),
    validate: Object.fromEntries(
      questions.map((question) => [question.id, (text: string) => problemOf(question, text) ?? null]),
    ) as Record<string, (text: string) => string | null>,
  });
  return (
    <form noValidate aria-label="Your situation" onSubmit={submit(onDone)}>
      <div className={stack.fields}>
        <p className={`${stack.plain} ${stack.dim}`}>
          Only the people who decide read this, each with a reason that is written down.
        </p>
        {questions.map((question) =>
          question.kind === 'text' ? (
            <TextArea
              key={question.id}
              label={question.label}
              description={question.hint}
              maxLength={2_000}
              {...form.getInputProps(question.id)}
            />
          ) : (
            <TextInput
              key={question.id}
              label={question.label}
              description={question.hint}
              inputMode={question.kind === 'money' ? 'decimal' : 'numeric'}
              leftSection={question.kind === 'money' ? '€' : undefined}
              autoComplete="off"
              {...form.getInputProps(question.id)}
            />
          ),
        )}
      </div>
      <div className={`${stack.actions} ${stack.end}`}>
        <Button variant="default" onClick={() => onBack(form.getValues())}>
          Back
        </Button>
        <Button type="submit">Go on</Button>
      </div>
    </form>
  );
}

function answersOf(questions: readonly Question[], typed: Typed): ApplicationInput['answers'] {
  const given = questions.filter(({ id }) => (typed[id] ?? '').trim() !== '');
  return Object.fromEntries(
    given.map(({ id, kind }) => {
      const text = (typed[id] ?? '').trim();
      return [id, kind === 'text' ? text : kind === 'money' ? (parseAmount(text) ?? 0) : Number(text)];
    }),
  );
}

function Check({ wish, typed, onBack }: { wish: Wish; typed: Typed; onBack: () => void }) {
  const { product, amount, termMonths } = wish;
  const { currency } = product;
  const router = useRouter();
  const client = useQueryClient();
  const intent = useIntent();
  const quotes = useQuery(loanQuotesQuery(product.id, amount));
  const quote = quotes.data?.quotes.find((one) => one.termMonths === termMonths);
  const input: ApplicationInput = {
    productId: product.id,
    ...{ amount, currency, termMonths },
    answers: answersOf(product.questions, typed),
  };
  const sending = useMutation({
    mutationFn: () => intent(input, (key) => applyForLoan(input, key)),
    onSuccess: (loan) => {
      client.setQueryData(loanKeys.one(loan.id), loan);
      void client.invalidateQueries({ queryKey: [...loanKeys.all, 'mine'] });
      router.push(`/loans/${loan.id}`);
    },
  });
  const money = (units: number) => formatMoney(units, currency);
  const shown = (question: Question) => {
    const answer = input.answers[question.id];
    return question.kind === 'money' && typeof answer === 'number' ? money(answer) : answer;
  };
  return (
    <form
      aria-label="Check and send"
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending.isPending && !sending.isSuccess) sending.mutate();
      }}
    >
      <div className={stack.fields}>
        <KeyValueList
          empty="Not answered"
          items={[
            { label: 'Loan', value: `${product.name}, ${rateText(product.rateBp)}` },
            { label: 'Amount', value: money(amount) },
            { label: 'For', value: termText(termMonths) },
            { label: 'Each month', value: quote ? money(quote.monthly) : ' ' },
            { label: 'In all', value: quote ? money(quote.total) : ' ' },
            ...product.questions.map((question) => ({ label: question.label, value: shown(question) })),
          ]}
        />
        <p className={`${stack.plain} ${stack.dim}`}>
          If we grant it, the money goes to your account, and the first instalment is due a month later.
        </p>
        {sending.isError ? <Failure title="Not sent" error={sending.error} /> : null}
      </div>
      <div className={`${stack.actions} ${stack.end}`}>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button type="submit" loading={sending.isPending || sending.isSuccess}>
          Apply for {money(amount)}
        </Button>
      </div>
    </form>
  );
}
