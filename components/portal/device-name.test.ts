import { expect, test } from 'vitest';
import { deviceName } from './device-name.ts';

const agents = {
  'Firefox on Linux': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Edge on Windows':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
  'Chrome on Android':
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  'Safari on iPhone':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
};

test.each(Object.entries(agents))('%s', (name, userAgent) => {
  expect(deviceName({ kind: 'browser', userAgent })).toBe(name);
});

test('what the user agent does not tell is not made up', () => {
  expect(deviceName({ kind: 'browser', userAgent: null })).toBe('Unknown device');
  expect(deviceName({ kind: 'browser', userAgent: 'curl/8.9.1' })).toBe('Unknown device');
  expect(deviceName({ kind: 'mobile', userAgent: 'Guildhall/2.1 (iPhone)' })).toBe('Guildhall app on iPhone');
});
