import type { ReactNode } from 'react';
import classes from './choice-list.module.css';

export interface Choice<Id> {
  id: Id;
  name: ReactNode;
  about?: ReactNode;
  disabled?: boolean;
}

/** A few things of which one is chosen: radio buttons with room for a finger and a word about each. */
export function ChoiceList<Id extends string | number>({
  name,
  label,
  shown = false,
  columns = false,
  choices,
  chosen,
  onChoose,
  disabled = false,
}: {
  /** Of the radio group; once on a page. */
  name: string;
  label: string;
  /** The label stands above them, and is not only for screen readers. */
  shown?: boolean;
  /** Short ones stand beside each other. */
  columns?: boolean;
  choices: readonly Choice<Id>[];
  chosen: Id | null;
  onChoose: (id: Id) => void;
  disabled?: boolean;
}) {
  return (
    <fieldset className={classes.group} aria-label={shown ? undefined : label}>
      {shown ? <legend className={classes.legend}>{label}</legend> : null}
      <div className={classes.list} data-columns={columns}>
        {choices.map((one) => (
          <label key={one.id} className={classes.choice}>
            <input
              type="radio"
              name={name}
              checked={chosen === one.id}
              disabled={disabled || one.disabled}
              onChange={() => onChoose(one.id)}
            />
            <span className={classes.words}>
              <span className={classes.name}>{one.name}</span>
              {one.about ? <span className={classes.about}>{one.about}</span> : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
