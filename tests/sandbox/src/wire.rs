//! The TCP side of faults: a connection whose answers can be cut or dripped.
//!
//! An HTTP server cannot be told to stop within the headers, so it is given a stream that stops for
//! it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use koodrive::sandbox::CutPoint;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

/// The fate of the answer to the request that was read last.
#[derive(Clone, Copy, Default)]
pub(crate) enum Order {
    #[default]
    Whole,
    Cut(CutPoint),
    Drip(Duration),
}

/// The handler's end of a connection: what it orders, the connection does.
#[derive(Clone, Default)]
pub(crate) struct Orders(Arc<Mutex<Order>>);

impl Orders {
    pub(crate) fn give(&self, order: Order) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = order;
    }

    fn current(&self) -> Order {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, Wires>> for Orders {
    fn connect_info(stream: IncomingStream<'_, Wires>) -> Self {
        stream.io().orders.clone()
    }
}

/// Listens for connections that take orders.
pub(crate) struct Wires(pub(crate) TcpListener);

impl Listener for Wires {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Otherwise the kernel would gather what is dripped.
        let _ = stream.set_nodelay(true);
        let wire = Wire {
            stream,
            orders: Orders::default(),
            left_of_cut: None,
            pause: None,
        };
        (wire, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
pub(crate) struct Wire {
    stream: TcpStream,
    orders: Orders,
    /// Bytes that may still be sent of an answer that is cut.
    left_of_cut: Option<usize>,
    /// Between two bytes of an answer that drips.
    pause: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            // The next request: the last order was not meant for it.
            self.orders.give(Order::Whole);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.orders.current() {
            Order::Whole => Pin::new(&mut self.stream).poll_write(context, bytes),
            Order::Cut(at) => {
                let left = *self.left_of_cut.get_or_insert_with(|| part(bytes, at));
                if left == 0 {
                    // The server drops a connection that fails, and that closes it.
                    return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
                }
                let bytes = &bytes[..left.min(bytes.len())];
                let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
                self.left_of_cut = Some(left - written);
                Poll::Ready(Ok(written))
            }
            Order::Drip(interval) => {
                if let Some(pause) = &mut self.pause {
                    ready!(pause.as_mut().poll(context));
                    self.pause = None;
                }
                let byte = &bytes[..bytes.len().min(1)];
                let written = ready!(Pin::new(&mut self.stream).poll_write(context, byte))?;
                self.pause = Some(Box::pin(sleep(interval)));
                Poll::Ready(Ok(written))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Returns how many bytes of an answer arrive. The first write holds the whole head: hyper gathers
/// it, and the body with it, as long as the stream does not claim vectored writes.
fn part(bytes: &[u8], at: CutPoint) -> usize {
    let end = b"\r\n\r\n";
    let head = bytes
        .windows(end.len())
        .position(|window| window == end)
        .map_or(bytes.len(), |at| at + end.len());
    match at {
        CutPoint::WithinHeaders => head / 2,
        CutPoint::AfterHeaders => head,
        CutPoint::BeforeHeaders => 0,
    }
}
