import PDFDocument from 'pdfkit';
import { facesOf, runsOf, type Weight } from './fonts.ts';

/**
 * The house's paper: A4, letterhead, tables that go on over pages, page numbers. Tagged, with title and language, so that
 * screen readers read it in order. A document is read while it is being written: `bytes` gives it piece by piece.
 */
export interface Document {
  /** Who it is from, what it is, to whom it goes, and the facts beside it. */
  letterhead(input: {
    title: string;
    recipient: readonly string[];
    facts: ReadonlyArray<readonly [string, string]>;
  }): void;
  heading(text: string): void;
  paragraph(text: string, options?: { weight?: Weight; muted?: boolean }): void;
  /** Starts a table; its head is repeated on each page. */
  table(columns: readonly Column[]): Table;
}

export interface Column {
  title: string;
  /** Of the width that the page gives; all of a table's add up to 1. */
  share: number;
  align?: 'left' | 'right';
}

export interface Table {
  row(cells: readonly string[], options?: { weight?: Weight }): void;
  end(): void;
}

export interface DocumentInput {
  title: string;
  /** BCP 47 */
  language: string;
  createdAt: Date;
  /** Stands at the foot of each page. */
  footer: string;
}

const margin = 56;
const footerRoom = 36;
const lineGap = 1.35;
const ink = '#1a1f2b';
const muted = '#5b6472';
const rule = '#c9ced6';

/** Calls `write` and gives the bytes of what it writes, as they come. What `write` throws, the reader is thrown. */
export async function* documentBytes(
  input: DocumentInput,
  write: (document: Document) => Promise<void> | void,
): AsyncGenerator<Uint8Array> {
  const pdf = new PDFDocument({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: margin + footerRoom },
    pdfVersion: '1.7',
    tagged: true,
    displayTitle: true,
    lang: input.language,
    info: { Title: input.title, Author: 'Guildhall', Creator: 'Guildhall', CreationDate: input.createdAt },
    autoFirstPage: false,
    // No Helvetica: only what is embedded is used.
    font: '',
  });
  const writing = (async () => {
    try {
      const paper = new Paper(pdf, input);
      await write(paper);
      paper.close();
      pdf.end();
    } catch (error) {
      pdf.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  for await (const piece of pdf) yield piece as Uint8Array;
  await writing;
}

type Structure = ReturnType<PDFKit.PDFDocument['struct']>;

class Paper implements Document {
  private readonly pdf: PDFKit.PDFDocument;
  private readonly input: DocumentInput;
  private readonly root: Structure;
  private pages = 0;
  private y = margin;

  constructor(pdf: PDFKit.PDFDocument, input: DocumentInput) {
    this.pdf = pdf;
    this.input = input;
    for (const weight of [400, 600] as const) {
      for (const face of facesOf(weight)) pdf.registerFont(face.name, face.data);
    }
    this.root = pdf.struct('Document');
    pdf.addStructure(this.root);
    this.turnPage();
  }

  letterhead({ title, recipient, facts }: Parameters<Document['letterhead']>[0]): void {
    this.tagged('P', () => this.write('Guildhall', { size: 16, weight: 600 }));
    this.y += 28;
    const top = this.y;
    for (const line of recipient) this.tagged('P', () => this.write(line, { size: 10, width: this.width * 0.5 }));
    const below = this.y;
    this.y = top;
    const left = margin + this.width * 0.55;
    for (const [name, value] of facts) {
      this.tagged('P', () => {
        const y = this.y;
        this.write(name, { size: 9, color: muted, x: left, width: this.width * 0.18 });
        this.y = y;
        this.write(value, { size: 9, x: left + this.width * 0.18, width: this.width * 0.27 });
      });
    }
    this.y = Math.max(this.y, below) + 28;
    this.tagged('H1', () => this.write(title, { size: 18, weight: 600 }));
    this.y += 10;
  }

  heading(text: string): void {
    this.need(40);
    this.y += 12;
    this.tagged('H2', () => this.write(text, { size: 12, weight: 600 }));
    this.y += 4;
  }

  paragraph(text: string, { weight = 400, muted: quiet = false }: { weight?: Weight; muted?: boolean } = {}): void {
    this.need(16);
    this.tagged('P', () => this.write(text, { size: 10, weight, ...(quiet ? { color: muted } : {}) }));
    this.y += 6;
  }

  table(columns: readonly Column[]): Table {
    const structure = this.pdf.struct('Table');
    this.root.add(structure);
    const head = () => {
      this.rowOf(
        structure,
        columns,
        columns.map((column) => column.title),
        { weight: 600, tag: 'TH', color: muted },
      );
      this.line();
    };
    this.need(60);
    head();
    return {
      row: (cells, { weight = 400 } = {}) => {
        const height =
          Math.max(...columns.map((column, i) => this.wrapped(cells[i] ?? '', this.cell(column), 9, weight).length)) *
            9 *
            lineGap +
          7;
        if (this.y + height > this.bottom) {
          this.turnPage();
          head();
        }
        this.rowOf(structure, columns, cells, { weight, tag: 'TD', color: ink });
      },
      end: () => {
        this.line();
        structure.end();
        this.y += 8;
      },
    };
  }

  close(): void {
    this.root.end();
  }

  private get width(): number {
    return this.pdf.page.width - 2 * margin;
  }

  private get bottom(): number {
    return this.pdf.page.height - margin - footerRoom;
  }

  private cell(column: Column): number {
    return this.width * column.share - 8;
  }

  private need(height: number): void {
    if (this.y + height > this.bottom) this.turnPage();
  }

  private turnPage(): void {
    this.pdf.addPage();
    this.pages += 1;
    this.artifact(() => {
      this.y = this.pdf.page.height - margin - 10;
      this.write(this.input.footer, { size: 8, color: muted, width: this.width * 0.8 });
      this.y = this.pdf.page.height - margin - 10;
      this.write(`Page ${this.pages}`, { size: 8, color: muted, align: 'right' });
    });
    this.y = margin;
  }

  private line(): void {
    this.artifact(() => {
      this.pdf
        .moveTo(margin, this.y)
        .lineTo(margin + this.width, this.y)
        .lineWidth(0.5)
        .stroke(rule);
    });
    this.y += 3;
  }

  /** What carries no meaning, such as rules and page numbers: screen readers pass over it. */
  private artifact(draw: () => void): void {
    this.pdf.markContent('Artifact', { type: 'Layout' });
    draw();
    this.pdf.endMarkedContent();
  }

  private tagged(tag: string, draw: () => void): void {
    this.root.add(this.pdf.struct(tag, {}, draw));
  }

  private rowOf(
    table: Structure,
    columns: readonly Column[],
    cells: readonly string[],
    style: { weight: Weight; tag: 'TH' | 'TD'; color: string },
  ): void {
    const row = this.pdf.struct('TR');
    table.add(row);
    const top = this.y + 2;
    let lowest = top;
    let x = margin;
    columns.forEach((column, i) => {
      row.add(
        this.pdf.struct(style.tag, {}, () => {
          this.y = top;
          this.write(cells[i] ?? '', { size: 9, ...style, x, width: this.cell(column), align: column.align ?? 'left' });
          lowest = Math.max(lowest, this.y);
        }),
      );
      x += this.width * column.share;
    });
    row.end();
    this.y = lowest + 5;
  }

  /** Writes text at `y` and moves `y` below it. */
  private write(
    text: string,
    style: { size: number; weight?: Weight; color?: string; x?: number; width?: number; align?: 'left' | 'right' },
  ): void {
    const { size, weight = 400, color = ink, x = margin, width = this.width, align = 'left' } = style;
    for (const line of this.wrapped(text, width, size, weight)) {
      let at = align === 'right' ? x + width - this.measure(line, size, weight) : x;
      for (const run of runsOf(line, weight)) {
        this.pdf.font(run.face).fontSize(size).fillColor(color).text(run.text, at, this.y, { lineBreak: false });
        at += this.pdf.widthOfString(run.text);
      }
      this.y += size * lineGap;
    }
  }

  private measure(text: string, size: number, weight: Weight): number {
    return runsOf(text, weight).reduce(
      (sum, run) => sum + this.pdf.font(run.face).fontSize(size).widthOfString(run.text),
      0,
    );
  }

  /** Lines that fit. A word that is too long for a line is cut. */
  private wrapped(text: string, width: number, size: number, weight: Weight): string[] {
    const lines: string[] = [];
    let line = '';
    for (const word of text.split(/[ \n]+/)) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (this.measure(longer, size, weight) <= width) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = '';
      for (const letter of word) {
        if (line !== '' && this.measure(line + letter, size, weight) > width) {
          lines.push(line);
          line = '';
        }
        line += letter;
      }
    }
    return [...lines, line];
  }
}
