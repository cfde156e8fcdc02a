'use client';

/** When even the root layout breaks: no providers, no styles of ours, so plain HTML. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <head>
        <title>Guildhall</title>
        <meta name="color-scheme" content="light dark" />
      </head>
      <body
        style={{
          fontFamily: 'system-ui, sans-serif',
          maxWidth: '34rem',
          margin: '12vh auto',
          padding: '0 1.5rem',
          lineHeight: 1.6,
        }}
      >
        <main>
          <h1>Guildhall is not available at the moment</h1>
          <p>Something went wrong on our side. Nothing that you saved is lost.</p>
          {error.digest ? (
            <p>
              If you ask us about this, give the reference <code>{error.digest}</code>.
            </p>
          ) : null}
          <button type="button" onClick={reset} style={{ font: 'inherit', padding: '0.5rem 1rem' }}>
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}
