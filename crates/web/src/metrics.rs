//! `GET /metrics`: the counters of every stage, in the text format of Prometheus.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// The counters. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Counters of this process. They can be installed once; a second hub in the same process, as
    /// in tests, has a page of its own that stays empty.
    #[must_use]
    pub fn install() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if ::metrics::set_global_recorder(recorder).is_err() {
            tracing::debug!("the process counts already");
        }
        Self { handle }
    }

    /// The page.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }
}
