import type { App } from '#server/context/app.ts';

/**
 * Makes this process forget a data key as soon as any process destroys it. Called by every process at start. After a lost
 * connection notices may have been missed, so it forgets all of them.
 */
export async function listenForDestroyedKeys(app: App): Promise<() => void> {
  return app.listener.on(
    'guildhall_key_destroyed',
    (subjectId) => app.dataKeys.forget(subjectId),
    () => app.dataKeys.forgetAll(),
  );
}
