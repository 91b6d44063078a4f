/** Pawl's logo: a ratchet wheel, and the pawl that lets it turn in one direction only. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8.5" fill="#0d5c5f" />
      <path
        d="M11.1 10.7 12.6 12.9 16.9 9.7 16.9 12.3 22.3 12.3 20.7 14.4 25.1 17.5 22.5 18.3 24.2 23.4 21.8 22.5 20.1 27.7 18.6 25.5 14.3 28.7 14.3 26.1 8.9 26.1 10.5 24 6.1 20.9 8.7 20.1 7 15 9.4 15.9Z"
        fill="#e9f4f2"
        strokeLinejoin="round"
      />
      <circle cx="15.6" cy="19.2" r="2.9" fill="#0d5c5f" />
      <path d="M18.4 10.6 25.4 6.6" fill="none" stroke="#f0bb55" strokeWidth="2.7" strokeLinecap="round" />
      <circle cx="25.3" cy="6.7" r="2.5" fill="#f0bb55" />
    </svg>
  );
}
