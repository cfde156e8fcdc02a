import { z } from 'zod';
import { type FaultInput, faultNames, partners } from '../faults.ts';
import { invalid, json, type Listening, problem, type Reply, type Request, serveHttp } from '../http.ts';
import { contactPage, contactsPage, saveContact } from './contacts.ts';
import { actOnPayment, moveClock, paymentPage, paymentsPage, resendWebhook, totalsJson } from './gateway.ts';
import { mailboxPage, messagePage } from './mailbox.ts';
import { liveScript, markup, page } from './markup.ts';
import { partnersPage } from './partners.ts';
import type { Sources } from './sources.ts';

type Route = [method: string, path: RegExp, answer: (request: Request, sources: Sources, id: string) => Reply];

const partner = z.enum(partners);
const clearing = z.object({ partner: partner.optional(), fault: z.enum(faultNames).optional() });
const mailQuery = z.object({
  to: z.string().min(1).optional(),
  after: z.union([z.coerce.number().int().min(0), z.iso.datetime({ offset: true })]).optional(),
});

const routes: Route[] = [
  ['GET', /^\/$/, (_request, sources) => partnersPage(sources)],
  ['GET', /^\/live\.js$/, () => ({ status: 200, headers: { 'content-type': 'text/javascript' }, body: liveScript })],
  ['GET', /^\/health$/, () => json(200, { status: 'ok' })],
  ['GET', /^\/faults$/, (_request, { faults }) => json(200, { data: faults.list() })],
  ['POST', /^\/faults$/, setFault],
  ['DELETE', /^\/faults$/, clearFaults],
  ['POST', /^\/switch$/, flip],
  ['GET', /^\/requests$/, listRequests],
  ['GET', /^\/mail$/, (request, { mail }) => mailboxPage(mail, (request.url.searchParams.get('to') ?? '').trim())],
  ['GET', /^\/mail\/messages$/, listMessages],
  ['DELETE', /^\/mail\/messages$/, clearMessages],
  ['GET', /^\/mail\/(\d{1,15})$/, showMessage],
  ['GET', /^\/crm\/contacts$/, listContacts],
  ['GET', /^\/crm\/contacts\/new$/, (_request, { contacts, properties }) => contactPage(contacts, properties)],
  ['GET', /^\/crm\/contacts\/(\d{1,15})$/, showContact],
  [
    'POST',
    /^\/crm\/contacts$/,
    (request, { contacts, properties }) => saveContact(contacts, properties, undefined, form(request)),
  ],
  [
    'POST',
    /^\/crm\/contacts\/(\d{1,15})$/,
    (request, { contacts, properties }, id) => saveContact(contacts, properties, id, form(request)),
  ],
  ['GET', /^\/gateway$/, ({ url }, { gateway }) => paymentsPage(gateway, url.searchParams.get('after') ?? undefined)],
  ['GET', /^\/gateway\/totals$/, (_request, { gateway }) => totalsJson(gateway)],
  ['POST', /^\/gateway\/clock$/, (request, { gateway }) => moveClock(gateway, form(request).get('advance') ?? '')],
  ['GET', /^\/gateway\/payments\/(pi_\w+)$/, (_request, { gateway }, id) => paymentPage(gateway, id)],
  [
    'POST',
    /^\/gateway\/payments\/(pi_\w+)$/,
    (request, { gateway }, id) => actOnPayment(gateway, id, form(request).get('do') ?? ''),
  ],
  ['POST', /^\/gateway\/events\/(evt_\w+)\/resend$/, (_request, { gateway }, id) => resendWebhook(gateway, id)],
];

/** The sandbox's own pages and its fault switchboard. */
export function servePages(port: number, sources: Sources): Promise<Listening> {
  return serveHttp(port, (request) => {
    if (request.method !== 'GET' && foreign(request)) return problem(403, 'Requests from other sites are not taken');
    const there = routes.filter(([, pattern]) => pattern.test(request.url.pathname));
    const route = there.find(([method]) => method === request.method);
    if (!route) return there.length > 0 ? problem(405, 'Method not allowed') : problem(404, 'Not found');
    return route[2](request, sources, route[1].exec(request.url.pathname)?.[1] ?? '');
  });
}

// Any web site open in the same browser could otherwise switch faults and edit contacts.
function foreign({ headers }: Request): boolean {
  return headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
}

function setFault(request: Request, { faults }: Sources): Reply {
  let input: unknown;
  try {
    input = JSON.parse(request.body);
  } catch {
    return problem(400, 'The body is not JSON');
  }
  return guarded(() => json(201, faults.set(input as FaultInput)));
}

function clearFaults({ url }: Request, { faults }: Sources): Reply {
  return guarded(() => {
    const which = clearing.parse(Object.fromEntries(url.searchParams));
    faults.clear(which.partner, which.fault);
    return { status: 204 };
  });
}

/** The buttons of the front page: pressing one that is on switches it off. */
function flip(request: Request, { faults }: Sources): Reply {
  return guarded(() => {
    const given = form(request);
    const which = partner.parse(given.get('partner'));
    const fault = z.enum([...faultNames, 'none']).parse(given.get('fault'));
    const number = (name: string) => (given.get(name) ? Number(given.get(name)) : undefined);
    const rate = number('rate');
    if (fault === 'none') faults.clear(which);
    else if (faults.isOn(which, fault)) faults.clear(which, fault);
    else {
      faults.set({
        partner: which,
        fault,
        rate: rate === undefined ? undefined : rate / 100,
        delayMs: number('delayMs'),
        until: number('until'),
      });
    }
    return { status: 303, headers: { location: '/' } };
  });
}

function listRequests({ url }: Request, { log }: Sources): Reply {
  return guarded(() => json(200, { data: log.list(partner.parse(url.searchParams.get('partner'))) }));
}

function listMessages({ url }: Request, { mail }: Sources): Reply {
  return guarded(() => {
    const { to, after } = mailQuery.parse(Object.fromEntries(url.searchParams));
    const filter =
      typeof after === 'number' ? { afterId: after } : after ? { afterTime: new Date(after).toISOString() } : {};
    return json(200, mail.list({ ...(to ? { to } : {}), ...filter }));
  });
}

function clearMessages(_request: Request, { mail }: Sources): Reply {
  mail.clear();
  return { status: 204 };
}

function showMessage({ url }: Request, { mail }: Sources, id: string): Reply {
  const message = mail.get(Number(id));
  if (!message)
    return page(
      'Message not found',
      '/mail',
      markup`<p>It has been deleted. <a href="/mail">To the mailbox</a></p>`,
      404,
    );
  return messagePage(message, url.searchParams.get('as') === 'text' ? 'text' : 'html');
}

function listContacts({ url }: Request, { contacts, properties }: Sources): Reply {
  const after = Number(url.searchParams.get('after') ?? 0);
  const start = Number.isInteger(after) && after > 0 && after < 9_900 ? after : 0;
  return contactsPage(contacts, properties, (url.searchParams.get('q') ?? '').trim(), start);
}

function showContact(_request: Request, { contacts, properties }: Sources, id: string): Reply {
  const contact = contacts.find(id);
  if (contact) return contactPage(contacts, properties, contact);
  return page(
    'Contact not found',
    '/crm/contacts',
    markup`<p>It has been deleted. <a href="/crm/contacts">To the list</a></p>`,
    404,
  );
}

function form(request: Request): URLSearchParams {
  return new URLSearchParams(request.body);
}

function guarded(answer: () => Reply): Reply {
  try {
    return answer();
  } catch (error) {
    if (error instanceof z.ZodError) return invalid(error);
    throw error;
  }
}
