// SPDX-License-Identifier: Apache-2.0
import Office

/// A fleet owner of the demonstration reports what breaks.
enum DemoFleet {
    static let scene = DemoScene(.customers) { stage in
        try await stage.post(
            "spoke", "/report",
            [
                "subject": "Motor cuts out above 25 °C",
                "text": "Since last week the motors of three bikes stop on warm afternoons.", "severity": "major",
                "name": "Stad Gent", "channel": "email", "contact": "fleet@stad.example", "product": "Velora City 500",
            ])
    }
}
