#include <gradus/optim/conformance.h>
#include <gradus/optim/conformance/trial.h>

namespace gradus::optim::conformance {

bool Report::passed() const {
  for (const Check& check : checks) {
    if (check.outcome == Outcome::failed) {
      return false;
    }
  }
  return true;
}

const Check& Report::check(std::string_view name) const {
  std::string names;
  for (const Check& check : checks) {
    if (check.name == name) {
      return check;
    }
    names += (names.empty() ? "" : ", ") + check.name;
  }
  fail({"Report: there is no check '", name, "'; there are ", names});
}

namespace {

Check run(const Claim& claim, const Subject& subject) {
  Check check{claim.name, claim.claim, Outcome::passed, ""};
  try {
    claim.check(subject);
  } catch (const Failed& failed) {
    check.outcome = Outcome::failed;
    check.note = failed.note;
  } catch (const Skipped& skipped) {
    check.outcome = Outcome::skipped;
    check.note = skipped.note;
  } catch (const std::exception& error) {
    check.outcome = Outcome::failed;
    check.note = join({"it threw: ", error.what()});
  }
  return check;
}

}  // namespace

Report check(const Subject& subject) {
  Report report{subject.rule, subject.options, {}};
  std::vector<Claim> all;
  for (const auto& claims :
       {gradient_claims(), symmetry_claims(), step_claims(), surviving_claims(), option_claims()}) {
    all.insert(all.end(), claims.begin(), claims.end());
  }
  report.checks.resize(all.size());
  // Whether the past matters is asked first: the other checks are a past, too.
  for (const bool first : {true, false}) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].comes_first == first) {
        report.checks[i] = run(all[i], subject);
      }
    }
  }
  return report;
}
std::string to_text(const Report& report) {
  std::string text = report.rule;
  for (const Option& option : report.options) {
    text += join({" ", option.name, "=", option.value});
  }
  text += "\n";
  int counts[3] = {};
  for (const Check& check : report.checks) {
    constexpr const char* kWords[] = {"passed ", "FAILED ", "skipped"};
    const auto outcome = static_cast<int>(check.outcome);
    ++counts[outcome];
    std::string name = check.name;
    name.resize(std::max<std::size_t>(name.size(), 24), ' ');
    text += join({"  ", kWords[outcome], "  ", name, "  ",
                  check.outcome == Outcome::skipped ? check.note : check.claim, "\n"});
    if (check.outcome == Outcome::failed) {
      text += std::string(37, ' ') + "but " + check.note + "\n";
    }
  }
  text += join({report.passed() ? "conforms" : "DOES NOT CONFORM", ": ", counts[0], " passed, ",
                counts[1], " failed, ", counts[2], " skipped\n"});
  return text;
}

}  // namespace gradus::optim::conformance
