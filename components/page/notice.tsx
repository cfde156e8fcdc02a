import { IconAlertCircle, IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './notice.module.css';

type NoticeTone = 'info' | 'ok' | 'warn' | 'bad';
const names = { info: 'Note', ok: 'Done', warn: 'Warning', bad: 'Error' };
const icons = { info: IconInfoCircle, ok: IconCircleCheck, warn: IconAlertTriangle, bad: IconAlertCircle };

/** A sentence that belongs to what is below it. `live` announces it when it appears (`bad` always interrupts). */
export function Notice({
  tone = 'info',
  title,
  children,
  action,
  live = false,
}: {
  tone?: NoticeTone;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  live?: boolean;
}) {
  const Icon = icons[tone];
  return (
    <div className={classes.notice} data-tone={tone} role={tone === 'bad' ? 'alert' : live ? 'status' : undefined}>
      <Icon size={20} stroke={1.75} className={classes.icon} role="img" aria-label={names[tone]} />
      <div className={classes.words}>
        {title ? <p className={classes.title}>{title}</p> : null}
        {children ? <div>{children}</div> : null}
        {action ? <div className={classes.action}>{action}</div> : null}
      </div>
    </div>
  );
}
