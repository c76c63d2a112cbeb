// The engine of the app: what is kept on the phone, and how it reaches the office.
export async function open() {}
export async function sync() {}
