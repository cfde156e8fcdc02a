'use client';

import { ActionIcon, Drawer, Tooltip } from '@mantine/core';
import { IconArrowUpRight } from '@tabler/icons-react';
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import classes from './detail-drawer.module.css';

/** One object over its list. `href` is the same object's own page. */
export function DetailDrawer({
  opened,
  onClose,
  title,
  href,
  children,
}: {
  opened: boolean;
  onClose: () => void;
  title: string;
  href?: Route;
  children: ReactNode;
}) {
  return (
    // Locking the scroll writes a style element without a nonce, which the content security policy refuses.
    <Drawer.Root
      lockScroll={false}
      opened={opened}
      onClose={onClose}
      position="right"
      size={560}
      transitionProps={{ duration: 120 }}
    >
      <Drawer.Overlay backgroundOpacity={0.2} />
      <Drawer.Content>
        <Drawer.Header role="group" className={classes.header ?? ''}>
          <Drawer.Title className={classes.title ?? ''}>{title}</Drawer.Title>
          <div className={classes.actions}>
            {href ? (
              <Tooltip label="Open as a page">
                <ActionIcon
                  component={Link}
                  href={href}
                  variant="subtle"
                  color="gray"
                  aria-label={`Open ${title} as a page`}
                >
                  <IconArrowUpRight size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            ) : null}
            <Drawer.CloseButton aria-label="Close" data-autofocus />
          </div>
        </Drawer.Header>
        <Drawer.Body className={classes.body ?? ''}>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
