import type { Contact, Contacts, Write } from '../crm/contacts.ts';
import { CrmError } from '../crm/errors.ts';
import type { Properties, Property } from '../crm/properties.ts';
import { search, searchInput } from '../crm/search.ts';
import type { Reply } from '../http.ts';
import { type Markup, markup, page, problemNote, time } from './markup.ts';

const perPage = 50;

/** The CRM's contacts: last changed first, searchable by name, address and numbers. */
export function contactsPage(contacts: Contacts, properties: Properties, query: string, after: number): Reply {
  const sorts = [{ propertyName: 'lastmodifieddate', direction: 'DESCENDING' }];
  const input = searchInput.parse({ query: query || undefined, sorts, limit: perPage, after });
  const found = search(contacts, properties, input);
  const next = new URLSearchParams({ q: query, after: found.next ?? '' });
  const content = markup`
<form class="card row" method="get" action="/crm/contacts" role="search">
<div class="field"><label for="q">Name, e-mail, number</label><input id="q" name="q" type="search" value="${query}"></div>
<button class="main">Search</button> <a class="button" href="/crm/contacts/new">New contact</a>
</form>
<section class="card" data-live><p class="soft small">${found.total} ${found.total === 1 ? 'contact' : 'contacts'}, last changed first.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Contacts"><table>
<thead><tr><th scope="col">Contact</th><th scope="col">E-mail</th><th scope="col">Member</th><th scope="col">Status</th><th scope="col">Changed (UTC)</th></tr></thead>
<tbody>${found.contacts.map(row)}</tbody></table></div>
${found.next && markup`<p><a class="button" href="/crm/contacts?${next.toString()}">Next ${perPage}</a></p>`}</section>`;
  return page('CRM contacts', '/crm/contacts', content);
}

/** One contact as a form, with what has been written to it. Without a contact: a form for a new one. */
export function contactPage(contacts: Contacts, properties: Properties, contact?: Contact, problem?: string): Reply {
  const editable = properties.all().filter((property) => !property.readOnly);
  const title = contact ? nameOf(contact) : 'New contact';
  const content = markup`
${problem && problemNote(problem)}
<form class="card" method="post" action="${contact ? `/crm/contacts/${contact.id}` : '/crm/contacts'}">
<p class="soft small">${contact ? `Record ${contact.id}. ` : ''}Changed here, a value differs from Guildhall's until somebody mends it.</p>
<div class="grid">${editable.map((property) => field(property, contact?.values[property.name] ?? ''))}</div>
<p><button class="main">Save contact</button> <a class="button" href="/crm/contacts">Back to the list</a></p>
</form>
${contact && history(contacts.writes(contact.id))}`;
  return page(title, '/crm/contacts', content, problem ? 400 : 200);
}

/** Saves the form by hand; answers the page again when the CRM refuses the values. */
export function saveContact(
  contacts: Contacts,
  properties: Properties,
  id: string | undefined,
  form: URLSearchParams,
): Reply {
  const contact = id === undefined ? undefined : contacts.find(id);
  if (id !== undefined && !contact)
    return page('Contact not found', '/crm/contacts', markup`<p>It has been deleted.</p>`, 404);
  const editable = properties.all().filter((property) => !property.readOnly && form.has(property.name));
  const values = Object.fromEntries(editable.map(({ name }) => [name, (form.get(name) ?? '').trim()]));
  try {
    const saved = contact
      ? contacts.update(String(contact.id), values, undefined, 'person')
      : contacts.create(values, 'person');
    return { status: 303, headers: { location: `/crm/contacts/${saved.id}` } };
  } catch (error) {
    if (!(error instanceof CrmError)) throw error;
    return contactPage(
      contacts,
      properties,
      contact && { ...contact, values: { ...contact.values, ...values } },
      error.message,
    );
  }
}

function row(contact: Contact): Markup {
  const { email, member_number, membership_status } = contact.values;
  return markup`<tr><td><a href="/crm/contacts/${contact.id}">${nameOf(contact)}</a></td><td>${email}</td><td>${member_number}</td>
<td>${membership_status}</td><td>${time(new Date(contact.updatedAt).toISOString())}</td></tr>`;
}

function field({ name, label }: Property, value: string): Markup {
  return markup`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value}" autocomplete="off"></div>`;
}

function history(writes: Write[]): Markup {
  return markup`<section class="card"><h2>Written to this record</h2><div class="scroll" tabindex="0" role="region" aria-label="Writes"><table>
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">What</th><th scope="col">By</th><th scope="col">Changes</th></tr></thead>
<tbody>${writes.map(
    (
      write,
    ) => markup`<tr><td>${time(new Date(write.at).toISOString())}</td><td>${write.action}</td><td>${write.by === 'api' ? 'API' : 'hand'}</td>
<td class="wide">${Object.entries(write.changes).map(([name, [before, after]]) => markup`<div>${name}: ${before || '(empty)'} → ${after || '(empty)'}</div>`)}</td></tr>`,
  )}</tbody></table></div></section>`;
}

function nameOf(contact: Contact): string {
  const name = [contact.values.firstname, contact.values.lastname].filter(Boolean).join(' ');
  return name || contact.values.email || `Contact ${contact.id}`;
}
