"""The alert rules and the dashboard (image/monitoring): sound, and every metric that they name is one that the daemon has."""

import json
import re

from branch import paths, tftpd
from branch.case import BranchTest

MONITORING = paths.CHECKOUT / "image/monitoring"
RULES = MONITORING / "branchline.rules.yml"
DASHBOARD = MONITORING / "branchline-dashboard.json"
METRIC = re.compile(r"\b(?:branchline|process)_[a-z_]+\b")

# Each alert under its name: the series that must raise it, and how long they last.
RAISED = {
    "BranchlineNotServing": ({"branchline_serving": "0x10"}, "5m"),
    "BranchlineGone": ({'up{job="branchline"}': "0x10"}, "5m"),
    "BranchlineClusterDown": ({'branchline_cluster_up{cluster="hq"}': "0x10"}, "5m"),
    "BranchlineServerDown": (
        {'branchline_cluster_up{cluster="hq"}': "1x30", 'branchline_server_up{cluster="hq",server="192.0.2.10:69"}': "0x30"},
        "20m",
    ),
    "BranchlineTransfersFail": (
        {"branchline_tftp_transfers_failed_total": "0+30x60", "branchline_tftp_transfers_completed_total": "0+60x60"},
        "50m",
    ),
    "BranchlineClusterSlow": (
        {
            'branchline_cluster_answer_seconds_bucket{cluster="hq",le="1"}': "0+1x60",
            'branchline_cluster_answer_seconds_bucket{cluster="hq",le="2.5"}': "0+10x60",
            'branchline_cluster_answer_seconds_bucket{cluster="hq",le="+Inf"}': "0+10x60",
            'branchline_cluster_answer_seconds_count{cluster="hq"}': "0+10x60",
        },
        "50m",
    ),
    "BranchlineKernelDrops": ({"branchline_tftp_packets_dropped_by_kernel_total": "0+5x20"}, "15m"),
    "BranchlineConfigRefused": ({"branchline_config_last_reload_successful": "0x20"}, "10m"),
}


def names_in(text):
    return set(METRIC.findall(text))


class Monitoring(BranchTest):
    @classmethod
    def prepare(cls):
        cls.start_tftpd(tftpd.cluster("hq", "203.0.113.9"), admin_listener={"address": "127.0.0.1", "port": 6980})
        cls.metrics = cls.box.namespace.run(["curl", "--silent", "--max-time", "10", "http://127.0.0.1:6980/metrics"]).stdout

    def known(self):
        return {line.split("{")[0].split(" ")[0] for line in self.metrics.splitlines() if line and not line.startswith("#")}

    def promtool(self, *words):
        done = self.box.namespace.run(["promtool", *words], check=False, cwd=self.branch.work)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_TheRulesAreSound(self):
        self.promtool("check", "rules", str(RULES))

    def test_EveryMetricNamedExists(self):
        expressions = re.sub(r"#.*", "", RULES.read_text())
        panels = [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel.get("targets", [])]
        for where, text in (("rules", expressions), ("dashboard", "\n".join(panels))):
            with self.subTest(where=where):
                named = names_in(text)
                self.assertGreater(len(named), 15)
                self.assertEqual(named - self.known(), set())

    def test_EveryPanelHasItsOwnNumberAndRoom(self):
        panels = json.loads(DASHBOARD.read_text())["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = set()
        for panel in panels:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(taken & cells, f"{panel['title']} lies over another panel")
            taken |= cells

    def test_AlertsAreRaisedAndOnlyThen(self):
        tests = []
        for alert, (series, after) in RAISED.items():
            tests.append(
                {
                    "name": alert,
                    "interval": "1m",
                    "input_series": [{"series": key, "values": values} for key, values in series.items()],
                    # How many of this alert are raised, whatever their labels and words.
                    "promql_expr_test": [
                        {
                            "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})',
                            "eval_time": after,
                            "exp_samples": [{"labels": "{}", "value": 1}],
                        }
                    ],
                }
            )
        tests.append(
            {
                "name": "a healthy appliance",
                "interval": "1m",
                "input_series": [
                    {"series": series, "values": values}
                    for series, values in {
                        'up{job="branchline"}': "1x60",
                        "branchline_serving": "1x60",
                        'branchline_cluster_up{cluster="hq"}': "1x60",
                        "branchline_tftp_transfers_completed_total": "0+30x60",
                        "branchline_tftp_transfers_failed_total": "0+1x60",
                        "branchline_tftp_packets_dropped_by_kernel_total": "0x60",
                        "branchline_config_last_reload_successful": "1x60",
                    }.items()
                ],
                "promql_expr_test": [{"expr": "ALERTS", "eval_time": "50m", "exp_samples": []}],
            }
        )
        file = self.branch.work / "alerts.json"  # JSON is YAML, too.
        file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
        self.promtool("test", "rules", str(file))
