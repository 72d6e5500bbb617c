//! The accept loop: takes connections, never more than there may be, and ends what is overdue.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};

use crate::{
    Health, Listener,
    alarm::Alarm,
    connection::{self, Activity},
    connections::Connections,
    front::Front,
    patience,
};

/// How long to wait for a connection to leave before another one is ended.
const LOOK: Duration = Duration::from_millis(50);

/// How long the last answers may take to be read at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// What the loop is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// Take connections.
    Serve,
    /// Take them only where nobody else would: each is told to come again.
    Drain,
    /// Take no more, and end.
    End,
}

/// The loop's parts.
pub(crate) struct Accept {
    pub(crate) listener: Listener,
    pub(crate) front: Front,
    pub(crate) health: Health,
    pub(crate) connections: Connections,
    /// How many connections there may be.
    pub(crate) limit: usize,
}

impl Accept {
    /// Takes connections until the course ends; returns when the last of them is gone.
    pub(crate) async fn run(self, mut course: watch::Receiver<Course>) {
        let mut tasks = JoinSet::new();
        let alarm = Alarm::default();
        let mut look = tokio::time::interval(patience::LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The connection for which there is no room yet.
        let mut waiting = None;
        loop {
            let now = *course.borrow_and_update();
            match now {
                Course::Serve => {}
                Course::Drain => self.connections.ask_all_to_close(),
                Course::End => break,
            }
            if let Some(stream) = waiting.take() {
                waiting = self.make_room(stream, &mut tasks);
            }
            let takes = now == Course::Serve || !self.listener.outlives_us();
            tokio::select! {
                // A course whose sender is gone is at its end.
                changed = course.changed() => if changed.is_err() { break },
                _ = look.tick() => self.tend(),
                Some(_) = tasks.join_next() => {}
                () = tokio::time::sleep(LOOK), if waiting.is_some() => {}
                accepted = self.listener.accept(), if waiting.is_none() && takes => match accepted {
                    Ok(stream) => waiting = Some(stream),
                    Err(error) => self.not_accepted(&error, &alarm).await,
                },
            }
        }
        self.end(waiting, tasks).await;
    }

    fn tend(&self) {
        let now = Instant::now();
        self.connections.end_what_is_overdue(now);
        self.health.lapse(now);
    }

    /// Serves a connection where there is room; otherwise it ends the idlest, and gives it back to wait.
    /// Where all of them are at work, one is done soon.
    fn make_room(&self, stream: TcpStream, tasks: &mut JoinSet<()>) -> Option<TcpStream> {
        if self.connections.count() < self.limit {
            self.serve(stream, tasks);
            return None;
        }
        self.connections.end_the_idlest(Instant::now());
        Some(stream)
    }

    fn serve(&self, stream: TcpStream, tasks: &mut JoinSet<()>) {
        let activity = Arc::new(Activity::opened(Instant::now()));
        let place = self.connections.enter(Arc::clone(&activity));
        let (number, front) = (place.number(), self.front.clone());
        let task = tasks.spawn(async move {
            connection::serve(stream, activity, front).await;
            drop(place);
        });
        self.connections.serves(number, task);
    }

    /// Mostly the process has no descriptor left; ending a connection gives one back.
    async fn not_accepted(&self, error: &io::Error, alarm: &Alarm) {
        if let Some(count) = alarm.pull(Instant::now()) {
            tracing::error!(
                %error,
                count,
                "connections cannot be accepted; raise the limit of open files or lower \
                 server.connections"
            );
        }
        self.connections.end_the_idlest(Instant::now());
        tokio::time::sleep(LOOK).await;
    }

    async fn end(self, waiting: Option<TcpStream>, mut tasks: JoinSet<()>) {
        if let Some(stream) = waiting {
            self.serve(stream, &mut tasks);
        }
        if !self.listener.outlives_us() {
            // Closing a socket resets what waits in its queue: those are answered before.
            for stream in self.listener.waiting() {
                self.serve(stream, &mut tasks);
            }
        }
        let Self { listener, connections, .. } = self;
        drop(listener);
        let all_gone = async {
            while !tasks.is_empty() {
                connections.end_all_idle(Instant::now());
                // A task that ended badly is gone as well.
                let _ = tokio::time::timeout(LOOK, tasks.join_next()).await;
            }
        };
        // What is not read by then is dropped with its task.
        let _ = tokio::time::timeout(LAST_ANSWERS, all_gone).await;
    }
}
