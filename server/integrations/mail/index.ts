export { connectMail, type Mailer, type OutgoingMail } from './connect.ts';
export type { RenderedMail } from './layout.ts';
export { type TemplateInput, type TemplateName, templates } from './templates.ts';
