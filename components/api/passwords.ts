import { post } from './client.ts';

export const requestReset = (email: string, key: string) => post<void>('/passwords/reset-requests', { email }, key);

export const resetPassword = (input: { token: string; password: string }, key: string) =>
  post<void>('/passwords/resets', input, key);

export const changePassword = (input: { current: string; next: string }, key: string) =>
  post<void>('/passwords/changes', input, key);
