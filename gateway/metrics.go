package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the gateway's own, in a registry of their own. Labels take values from fixed lists only.
type metrics struct {
	registry      *prometheus.Registry
	requests      *prometheus.CounterVec
	seconds       *prometheus.HistogramVec
	verifications *prometheus.CounterVec
	streams       prometheus.Gauge
}

func newMetrics(lag func() Lag, nonces func() int, heads func() headNumbers, now func() time.Time) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "imi_http_requests_total", Help: "Requests served, by route pattern, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "imi_http_request_seconds", Help: "Time to serve a request, by route pattern.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}, []string{"route"}),
		verifications: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "imi_verifications_total", Help: "Verifications answered, by verdict.",
		}, []string{"verdict"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "imi_event_streams", Help: "Event streams open now.",
		}),
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	m.registry.MustRegister(m.requests, m.seconds, m.verifications, m.streams,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector(),
		gauge("imi_index_blocks", "Blocks the index has taken in.", func() float64 { return float64(lag().Next) }),
		gauge("imi_peer_blocks", "Blocks the peer had when it last answered.", func() float64 { return float64(lag().Height) }),
		gauge("imi_index_age_seconds", "Time since the index was known to have all the peer had; -1 when it never was.",
			func() float64 {
				at := lag().CaughtUp
				if at.IsZero() {
					return -1
				}
				return now().Sub(at).Seconds()
			}),
		gauge("imi_head_block", "Newest block whose head this gateway signed; -1 when there is none.", func() float64 { return heads().newest }),
		gauge("imi_cosigned_block", "Newest block whose head enough organisations signed; -1 when there is none.",
			func() float64 { return heads().cosigned }),
		gauge("imi_cosigners", "Organisations that signed that head.", func() float64 { return heads().cosigners }),
		gauge("imi_forks", "Blocks for which another organisation signed a different head. More than 0 is an alarm.",
			func() float64 { return heads().forks }),
		gauge("imi_nonces", "Nonces remembered, used ones included.", func() float64 { return float64(nonces()) }),
	)
	return m
}

func (m *metrics) served(route, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	if route != routeEvents { // streams last as long as their clients like
		m.seconds.WithLabelValues(route).Observe(took.Seconds())
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
