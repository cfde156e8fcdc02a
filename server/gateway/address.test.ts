import { describe, expect, it } from 'vitest';
import { SettingsError } from '#server/settings/settings.ts';
import { addressGroup, createAddressReader } from './address.ts';

describe('source address', () => {
  it('is the socket’s, whatever is claimed, without trusted proxies', () => {
    const read = createAddressReader([]);
    expect(read('203.0.113.5', '10.0.0.1')).toBe('203.0.113.5');
    expect(read('::ffff:203.0.113.5', null)).toBe('203.0.113.5');
    expect(read(undefined, '10.0.0.1')).toBeNull();
  });

  it('is the rightmost that is not trusted behind proxies', () => {
    const read = createAddressReader(['10.0.0.0/8', '2001:db8::1']);
    expect(read('10.1.2.3', '6.6.6.6, 198.51.100.7, 10.9.9.9')).toBe('198.51.100.7');
    expect(read('2001:db8::1', '198.51.100.7')).toBe('198.51.100.7');
    expect(read('203.0.113.5', '198.51.100.7')).toBe('203.0.113.5');
    expect(read('10.1.2.3', 'nonsense')).toBe('10.1.2.3');
    expect(read('10.1.2.3', '198.51.100.7:4711')).toBe('198.51.100.7');
    expect(read('10.1.2.3', '[2001:db8::7]:4711')).toBe('2001:db8::7');
    expect(read('10.1.2.3', null)).toBe('10.1.2.3');
  });

  it('needs proxies that can be read', () => {
    for (const entry of ['proxy.internal', '10.0.0.0/33', '10.0.0.0/x', '::1/129']) {
      expect(() => createAddressReader([entry])).toThrow(SettingsError);
    }
  });

  it('counts an IPv6 customer as one', () => {
    expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe(addressGroup('2001:db8:1:2::9'));
    expect(addressGroup('2001:db8:1:3::9')).not.toBe(addressGroup('2001:db8:1:2::9'));
    expect(addressGroup('203.0.113.5')).toBe('203.0.113.5');
  });
});
