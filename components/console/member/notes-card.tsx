'use client';

import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { notesQuery } from '../../api/console/member.ts';
import type { StaffMember } from '../../api/console/shapes.ts';
import { messageOf } from '../../api/problem.ts';
import * as rules from '../../forms/field-rules.ts';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { useMay } from '../permissions.tsx';
import { useMemberAction } from './member-actions.tsx';
import classes from './notes-card.module.css';

/** What staff wrote about a member. Only for those who may act on members. */
export function NotesCard({ member }: { member: StaffMember }) {
  const may = useMay();
  if (!may('members:act')) return null;
  return (
    <Card id="notes" title="Notes">
      {member.status === 'erased' ? null : <NewNote member={member} />}
      <Notes id={member.id} />
    </Card>
  );
}

function Notes({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(notesQuery(id));
  if (error) return <ErrorState what="The notes could not be loaded" error={error} onRetry={() => void refetch()} />;
  if (!data) return <TextSkeleton lines={3} />;
  if (data.data.length === 0) return <p className={classes.none}>No notes yet.</p>;
  return (
    <ul className={classes.notes}>
      {data.data.map((note) => (
        <li key={note.id} className={classes.note}>
          <p className={classes.text}>{note.text}</p>
          <p className={classes.meta}>
            {note.author ?? 'Somebody who is gone'} · <RelativeTime at={note.createdAt} />
          </p>
        </li>
      ))}
    </ul>
  );
}

function NewNote({ member }: { member: StaffMember }) {
  const act = useMemberAction(member);
  const { form, submit } = useValidatedForm({
    initialValues: { text: '' },
    validate: { text: rules.required('Write the note first') },
    validateInputOnBlur: false,
  });
  const write = useMutation({ mutationFn: (text: string) => act('note', text), onSuccess: () => form.reset() });
  return (
    <form
      noValidate
      aria-label="New note"
      className={classes.form}
      onSubmit={submit(({ text }) => write.mutate(text.trim()))}
    >
      <Textarea
        aria-label="New note"
        placeholder="Write a note. The member can ask to read it."
        rows={2}
        maxLength={500}
        {...form.getInputProps('text')}
      />
      {form.values.text.trim() !== '' || write.isPending ? (
        <Button type="submit" loading={write.isPending} className={classes.save ?? ''}>
          Add note
        </Button>
      ) : null}
      {write.isError ? (
        <Notice tone="bad" title="The note is not saved">
          {messageOf(write.error)}
        </Notice>
      ) : null}
    </form>
  );
}
