export { connectMail, type Mailer } from './connect.ts';
export { type TemplateInput, type TemplateName, templates } from './templates.ts';
