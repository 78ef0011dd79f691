//! `cccd-link`: what runs on the officer's computer. It pairs that computer with a desk, and from then on serves the desk's
//! pages at an address of the computer itself.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cccd_link::code::{Code, NoCode};
use cccd_link::computer::{LinkError, Tunnel, pair};
use cccd_link::identity::{Fingerprint, Identity, IdentityError, write_for_owner};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;

/// The file of this computer's certificate and key.
const IDENTITY: &str = "identity";

/// The file that says which desk this computer is paired with.
const DESK: &str = "desk";

#[derive(Parser)]
#[command(
    name = "cccd-link",
    version,
    about = "Nối máy của cán bộ với bàn đọc thẻ căn cước (links an officer's computer with the desk that reads cards)"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Where the pairing is kept [default: the state folder of the user]
    #[arg(long, env = "CCCD_LINK_DATA", value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Pair this computer with the desk, once: with the address and the code that the desk shows
    Pair {
        /// The desk, as its screen says it
        #[arg(value_name = "ADDRESS:PORT")]
        address: String,
        /// The code; without it, it is asked for
        #[arg(long)]
        code: Option<String>,
        /// What this computer is called at the desk [default: its own name]
        #[arg(long)]
        name: Option<String>,
    },
    /// Serve the desk's pages on this computer alone
    Run {
        /// Where the browser finds them: an address of this computer alone
        #[arg(long, env = "CCCD_LINK_LISTEN", value_name = "ADDRESS:PORT", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8630)))]
        listen: SocketAddr,
    },
    /// Say which desk this computer is paired with, and whether it lets this computer in
    Status,
    /// Forget the pairing and this computer's key
    Forget,
}

/// Why it does not work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("không biết lưu ở đâu: dùng --data\nno folder for the pairing is known: give one with --data")]
    NoFolder,
    #[error(
        "máy này chưa ghép với bàn nào: chạy cccd-link pair ĐỊA-CHỈ\nthis computer is not paired: run cccd-link pair ADDRESS:PORT first"
    )]
    NotPaired,
    #[error("mã gồm 24 chữ và số, chia nhóm bốn: nhập đúng như màn hình bàn đọc thẻ\n{0}")]
    Code(#[from] NoCode),
    #[error("{vi}\n{en}\n({source})", vi = .source.words().0, en = .source.words().1)]
    Link {
        #[from]
        source: LinkError,
    },
    #[error("{0}")]
    Identity(#[from] IdentityError),
    #[error(
        "--listen {0}: chỉ dùng địa chỉ của chính máy này, như 127.0.0.1:8630\n--listen {0}: use an address of this computer alone, as 127.0.0.1:8630"
    )]
    NotLoopback(SocketAddr),
    #[error("{what}: {source}")]
    File { what: String, source: io::Error },
}

fn main() -> ExitCode {
    let Arguments { command, data } = Arguments::parse();
    let result = data.or_else(state_folder).ok_or(Failure::NoFolder).and_then(|folder| run(command, &folder));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("cccd-link: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, folder: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|source| Failure::File { what: "tokio".to_owned(), source })?;
    runtime.block_on(async {
        match command {
            Command::Pair { address, code, name } => be_paired(folder, &address, code, name).await,
            Command::Run { listen } => serve(folder, listen).await,
            Command::Status => status(folder).await,
            Command::Forget => forget(folder),
        }
    })
}

async fn be_paired(folder: &Path, address: &str, code: Option<String>, name: Option<String>) -> Result<(), Failure> {
    let code: Code = code.map_or_else(asked_for, Ok)?.parse()?;
    let name = name.or_else(own_name).unwrap_or_else(|| "?".to_owned());
    let identity = Identity::load_or_make(&folder.join(IDENTITY))?;
    let desk = pair(address, &identity, &code, &name).await?;
    let kept = format!("{address}\n{}\n", desk.hex());
    let path = folder.join(DESK);
    write_for_owner(&path, kept.as_bytes()).map_err(|source| file(&path, source))?;
    println!("Đã ghép với bàn đọc thẻ {address}. Chạy: cccd-link run");
    println!("Paired with the desk at {address}. Now: cccd-link run");
    Ok(())
}

/// From the keyboard, so that it stands in no list of commands.
fn asked_for() -> Result<String, Failure> {
    print!("Mã trên màn hình bàn đọc thẻ (the code on the desk's screen): ");
    let stdin = |source| Failure::File { what: "stdin".to_owned(), source };
    io::stdout().flush().map_err(stdin)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(stdin)?;
    Ok(line)
}

async fn serve(folder: &Path, listen: SocketAddr) -> Result<(), Failure> {
    if !listen.ip().is_loopback() {
        return Err(Failure::NotLoopback(listen));
    }
    let (address, tunnel) = tunnel(folder)?;
    let what = |source| Failure::File { what: format!("--listen {listen}"), source };
    let listener = TcpListener::bind(listen).await.map_err(what)?;
    let at = listener.local_addr().map_err(what)?;
    println!("Bàn đọc thẻ {address}: http://{at}/  (Ctrl+C để dừng / to stop)");
    // A desk that is off now may be on later: it is said, and the page says it too.
    if let Err(error) = tunnel.check().await {
        eprintln!("cccd-link: {}", Failure::from(error));
    }
    tunnel.carry(listener).await;
    Ok(())
}

async fn status(folder: &Path) -> Result<(), Failure> {
    let (address, tunnel) = tunnel(folder)?;
    tunnel.check().await?;
    println!("Đã ghép với {address}, kết nối được.\nPaired with {address}, and it lets this computer in.");
    Ok(())
}

fn forget(folder: &Path) -> Result<(), Failure> {
    for name in [DESK, IDENTITY] {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(file(&path, source)),
            _ => {}
        }
    }
    println!("Đã quên. Gỡ máy này ở bàn đọc thẻ nếu không dùng nữa.");
    println!("Forgotten. Remove this computer at the desk too where it is not used any more.");
    Ok(())
}

fn tunnel(folder: &Path) -> Result<(String, Tunnel), Failure> {
    let path = folder.join(DESK);
    let kept = match fs::read_to_string(&path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Err(Failure::NotPaired),
        read => read.map_err(|source| file(&path, source))?,
    };
    let mut lines = kept.lines();
    let (address, desk) = (lines.next(), lines.next().and_then(Fingerprint::parse));
    let (Some(address), Some(desk)) = (address, desk) else { return Err(Failure::NotPaired) };
    let identity = Identity::load(&folder.join(IDENTITY))?;
    Ok((address.to_owned(), Tunnel::to(address, &identity, desk)?))
}

fn file(path: &Path, source: io::Error) -> Failure {
    Failure::File { what: path.display().to_string(), source }
}

/// What this computer is called.
fn own_name() -> Option<String> {
    let said = ["COMPUTERNAME", "HOSTNAME"].into_iter().find_map(|name| env::var(name).ok());
    let of_system = || fs::read_to_string("/proc/sys/kernel/hostname").ok();
    said.or_else(of_system).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Where a user's programs keep such things (XDG Base Directory Specification; on Windows the local application data).
fn state_folder() -> Option<PathBuf> {
    let of = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = of("LOCALAPPDATA").or_else(|| of("XDG_STATE_HOME")).or_else(|| Some(of("HOME")?.join(".local/state")));
    folder.map(|folder| folder.join("cccd-link"))
}
