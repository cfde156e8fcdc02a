import { createUser } from '#server/access/commands/users.ts';
import { hashPassword } from '#server/access/passwords.ts';
