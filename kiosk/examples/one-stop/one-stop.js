// A sample one-stop page: pairs, asks for five fields, fills the form and says where each value came from.
import { Bridge, BridgeError, pair } from "../../bridge/cccd-bridge.js";

const FIELDS = ["full_name", "id_number", "date_of_birth", "sex", "place_of_residence"];
/** Where a value came from, as the clerk reads it. */
const SOURCES = {
  chip_verified: ["good", "chip, đã xác thực"], chip_unverified: ["unsure", "chip, chưa xác thực"], qr: ["unsure", "mã QR trên thẻ"],
  mrz: ["unsure", "dòng MRZ trên thẻ"], typed: ["unsure", "cán bộ nhập tay"], computed: ["unsure", "suy ra từ dữ liệu đã có"],
};
const VERDICTS = { genuine: "thẻ thật, còn hạn", unconfirmed: "chưa khẳng định được", rejected: "thẻ không được chấp nhận" };
const at = (id) => document.getElementById(id);

// A real application keeps the token on its server, with the clerk's account. This page has no server.
const kept = localStorage.getItem("pairing");
let pairing = kept ? JSON.parse(kept) : null;
let asking = null, visit = null;

function show() {
  at("origin").textContent = location.origin;
  at("pair").hidden = Boolean(pairing);
  at("paired").hidden = !pairing;
  at("read").disabled = !pairing || Boolean(asking);
  at("cancel").hidden = !asking;
  at("done").hidden = !visit || Boolean(asking);
  if (!pairing) return;
  at("device").textContent = pairing.device.id;
  at("granted").textContent = pairing.grant.fields.map((field) => field.vi.toLocaleLowerCase("vi")).join(", ");
}
function fail(error) {
  at("error").hidden = !error;
  at("error").textContent = error instanceof BridgeError ? error.vi : error ? String(error) : "";
}

at("pair").addEventListener("submit", async (event) => {
  event.preventDefault();
  fail(null);
  const desk = at("desk").value.replace(/\/+$/, "");
  try {
    pairing = { ...(await pair(at("code").value, desk)), desk };
    localStorage.setItem("pairing", JSON.stringify(pairing));
  } catch (error) { fail(error); }
  at("code").value = "";
  show();
});
at("give-up").addEventListener("click", async () => {
  try { await new Bridge(pairing).giveUp(); } catch (error) { if (error.status !== 401 && error.code !== "unreachable") return fail(error); }
  localStorage.removeItem("pairing");
  pairing = null;
  show();
});
at("cancel").addEventListener("click", () => asking?.abort());
// The clerk has done with this citizen: the desk wipes what it read, and another page may ask.
at("done").addEventListener("click", () => { visit?.close(); visit = null; show(); });
at("read").addEventListener("click", async () => {
  fail(null);
  at("proof").hidden = true;
  asking = new AbortController();
  show();
  try {
    visit ??= await new Bridge(pairing).connect({ onEnd: () => { visit = null; show(); } });
    // A sample shows fictitious persons too; a page of real cases leaves `practice` out.
    fill(await visit.read({ fields: FIELDS, purpose: "Đăng ký tạm trú", practice: true, signal: asking.signal, onProgress: progress }));
  } catch (error) { fail(error); }
  asking = null;
  at("progress").hidden = true;
  show();
});
function progress({ percent, vi }) {
  at("progress").hidden = false;
  at("progress").querySelector("progress").value = percent;
  at("progress").querySelector("p").textContent = vi;
}
function fill(answer) {
  for (const name of FIELDS) {
    const { value, origin } = answer.fields[name];
    const input = at(`f-${name}`), source = input.nextElementSibling;
    const [kind, words] = SOURCES[origin] ?? ["unsure", "không có trên thẻ"];
    input.value = value ?? "";
    source.className = `source ${kind}`;
    source.textContent = words;
  }
  const verdict = VERDICTS[answer.person.verdict] ?? "không đọc chip";
  at("proof").hidden = false;
  at("proof").classList.toggle("practice", answer.practice);
  at("proof").textContent = `${answer.practice ? "LUYỆN TẬP, NGƯỜI HƯ CẤU. " : ""}Chữ ký của thiết bị ${answer.iss} đúng (Ed25519). Kết quả kiểm tra: ${verdict}. Mã câu trả lời: ${answer.jti}`;
}
show();
