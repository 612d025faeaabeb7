// Where people sign in and out: nothing of the list at the entrance stays on the phone for whoever comes next.
// What was noted there and not sent yet names nobody, and stays.

for (const key of Object.keys(localStorage).filter((name) => name.startsWith("check-in:"))) localStorage.removeItem(key);
globalThis.caches?.keys().then((names) => names.filter((name) => name.startsWith("check-in:")).forEach((name) => caches.delete(name)));
