#include "roformer/train/training_report.h"

#include <fmt/format.h>

#include "roformer/base/shell_word.h"
#include "roformer/report/page.h"
#include "roformer/train/metrics_log.h"

namespace roformer::train {

namespace fs = std::filesystem;

report::Series metric_series(const fs::path& metrics, const std::string& kind,
                             const std::string& key, const std::string& name) {
  report::Series series{name, {}, {}};
  for (const auto& line : read_metrics(metrics)) {
    if (line.value("kind", "") != kind || !line.contains(key) || !line[key].is_number()) continue;
    series.x.push_back(line["step"].get<double>());
    series.y.push_back(line[key].get<double>());
  }
  return series;
}

namespace {

report::LineChart chart_of(const fs::path& metrics, const char* title, const std::string& key) {
  report::LineChart chart;
  chart.title = title;
  chart.x_title = "step";
  chart.y_title = key;
  for (const auto& [kind, name] : {std::pair{"training", "training"}, {"evaluation", "held out"}}) {
    report::Series series = metric_series(metrics, kind, key, name);
    series.colour_key = name;
    if (!series.x.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

// The recipe beside the report has every value, those of the command line too.
std::string same_run_again(const fs::path& out) {
  const fs::path folder = out.has_filename() ? out : out.parent_path();  // runs/mine/
  return fmt::format("roformer train {} --out {}", base::shell_path(folder / "recipe.toml"),
                     base::shell_path(folder.string() + "-again"));
}

// Every number of the last line of each kind.
report::Table last_figures(const fs::path& metrics) {
  report::Table table;
  table.columns = {"figure", "training", "held out"};
  nlohmann::json last = {{"training", nlohmann::json::object()},
                         {"evaluation", nlohmann::json::object()}};
  for (const auto& line : read_metrics(metrics)) last[line.value("kind", "")] = line;
  const auto cell = [&](const char* kind, const char* key) {
    return last[kind].contains(key) ? fmt::format("{:.6g}", last[kind][key].get<double>())
                                    : std::string();
  };
  for (const char* key :
       {"step", "loss", "accuracy", "learning_rate", "gradient_norm", "tokens_per_second"}) {
    if (!last["training"].contains(key) && !last["evaluation"].contains(key)) continue;
    table.rows.push_back({key, cell("training", key), cell("evaluation", key)});
  }
  return table;
}

}  // namespace

void write_training_report(const fs::path& out, const std::string& title,
                           const std::string& recipe) {
  const fs::path metrics = out / "metrics.jsonl";
  report::Page page(title);
  page.section("Loss").chart(chart_of(metrics, "Loss", "loss"));
  const auto right = chart_of(metrics, "Share of right predictions", "accuracy");
  if (!right.series.empty()) page.section("Accuracy").chart(right);
  page.section("Last figures").table(last_figures(metrics));
  page.section("Files").links(
      "This run", {{"model folder", ""}, {"recipe", "recipe.toml"}, {"metrics", "metrics.jsonl"}});
  page.paragraph("The same run again, from the folder in which it was started:")
      .code(same_run_again(out));
  page.section("Recipe").code(recipe);
  report::write_html(out / "report.html", page);
}

}  // namespace roformer::train
