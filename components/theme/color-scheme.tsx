'use client';

import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useId } from 'react';
import classes from './color-scheme.module.css';

const choices = [
  { value: 'light', label: 'Light', Icon: IconSun },
  { value: 'dark', label: 'Dark', Icon: IconMoon },
  { value: 'auto', label: 'Device', Icon: IconDeviceDesktop },
] as const satisfies readonly { value: MantineColorScheme; label: string; Icon: unknown }[];

/** Light, dark, or as the device says. Draw it only after a click: the server does not know the choice. */
export function ColorSchemeChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = useId();
  return (
    <fieldset className={classes.choice}>
      <legend className={classes.legend}>Appearance</legend>
      <div className={classes.options}>
        {choices.map(({ value, label, Icon }) => (
          <label key={value} className={classes.option}>
            <input type="radio" name={name} checked={colorScheme === value} onChange={() => setColorScheme(value)} />
            <Icon size={15} stroke={1.75} aria-hidden />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
